"""What nodes say to each other on a segment, signed.

A datagram is a mark, an HMAC-SHA256 over everything after it, and one message in MessagePack.
Generation (a process) and sequence (a message of it) only ever grow, so what was said once cannot
be said again by somebody else.
"""

import hashlib
import hmac
from collections.abc import Sequence
from enum import IntFlag
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

MARK: Final = b"PL2\x01"
_TAG_SIZE: Final = hashlib.sha256().digest_size

MOST_ADDRESSES: Final = 40
"""In one message, so that it fits into one packet."""

MOST_CLAIMS: Final = 16
"""Addresses that a beat names; all of them are named in turn."""

LONGEST_PATIENCE: Final = 30_000
"""Milliseconds."""

MOST_SEEN: Final = 32
MOST_NAMES: Final = 8

Address = Annotated[bytes, Meta(min_length=4, max_length=16)]
"""Packed: of 4 or 16 bytes, which `unseal` looks after."""

Addresses = Annotated[tuple[Address, ...], Meta(max_length=MOST_ADDRESSES)]
Counter = Annotated[int, Meta(ge=0)]


class Mood(IntFlag):
    """How a node is."""

    READY = 1
    """It has listened, knows the plan, and takes addresses."""

    LED = 2
    """Its Portico has spoken to it within the last seconds: what it knows is not old."""

    LEAVING = 4
    """It hands over what it has."""


class Sender(Struct, frozen=True, array_like=True):
    """Who speaks. `patience` is after how many milliseconds of silence it is to be given up.

    `names` are what its interface here is called by those who name interfaces.
    """

    node: Annotated[str, Meta(min_length=1, max_length=253)]
    generation: Counter
    sequence: Counter
    mood: Annotated[int, Meta(ge=0, lt=256)]
    patience: Annotated[int, Meta(ge=1, le=LONGEST_PATIENCE)]
    names: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=MOST_NAMES)]


class Beat(Struct, frozen=True, array_like=True, tag="beat"):
    """I am here, hear these generations, and answer for so many addresses; some of them."""

    sees: Annotated[tuple[Counter, ...], Meta(max_length=MOST_SEEN)]
    held: Counter
    claims: Annotated[tuple[Address, ...], Meta(max_length=MOST_CLAIMS)]


class Ask(Struct, frozen=True, array_like=True, tag="ask"):
    """I want to answer for these, and wait until everybody has let go of them."""

    addresses: Addresses


class Take(Struct, frozen=True, array_like=True, tag="take"):
    """I answer for these."""

    addresses: Addresses


class Reply(Struct, frozen=True, array_like=True, tag="reply"):
    """To the ask or take with that generation and sequence: these I let go of, and these not.

    All others it named I do not answer for.
    """

    to: Counter
    sequence: Counter
    given: Addresses
    refused: Addresses


class Offer(Struct, frozen=True, array_like=True, tag="offer"):
    """I answer for these until somebody else asks for them: they are not mine any more."""

    addresses: Addresses


class Release(Struct, frozen=True, array_like=True, tag="release"):
    """I have let go of these."""

    addresses: Addresses


class Bye(Struct, frozen=True, array_like=True, tag="bye"):
    """I am gone."""


Body = Beat | Ask | Take | Reply | Offer | Release | Bye


class Message(Struct, frozen=True, array_like=True):
    """One datagram's content."""

    sender: Sender
    body: Body


class ForgedError(Exception):
    """Nobody who knows the secret has said this."""


class MalformedError(Exception):
    """It was said by somebody who knows the secret, or needs none, and makes no sense."""


_decoder: Final = msgspec.msgpack.Decoder(Message)


def seal(message: Message, key: bytes) -> bytes:
    """The datagram. Without a secret the key is empty."""
    content = msgspec.msgpack.encode(message)
    return MARK + _tag(content, key) + content


def unseal(datagram: bytes, keys: Sequence[bytes]) -> Message:
    """Raises ForgedError or MalformedError. More than one key: while the secret is changed."""
    start = len(MARK) + _TAG_SIZE
    if not datagram.startswith(MARK) or len(datagram) < start:
        raise MalformedError("no mark")
    tag, content = datagram[len(MARK) : start], datagram[start:]
    if not any(hmac.compare_digest(tag, _tag(content, key)) for key in keys):
        raise ForgedError
    try:
        message = _decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(str(error)) from None
    if any(len(address) not in (4, 16) for address in _addresses(message.body)):
        raise MalformedError("an address is neither IPv4 nor IPv6")
    return message


def _addresses(body: Body) -> tuple[bytes, ...]:
    match body:
        case Beat():
            return body.claims
        case Reply():
            return (*body.given, *body.refused)
        case Bye():
            return ()
        case _:
            return body.addresses


def _tag(content: bytes, key: bytes) -> bytes:
    return hmac.digest(key, MARK + content, "sha256")
