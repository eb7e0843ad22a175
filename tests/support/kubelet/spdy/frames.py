"""SPDY/3.1 frames: bytes in, frames out, and back. Only what port-forward needs of them.

Written after the draft (draft-mbelshe-httpbis-spdy-00, sections 2.2 and 2.6), and not after
Portico's own, so that each of the two checks the other.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

DICTIONARY = Path(__file__).with_name("dictionary.bin").read_bytes()
"""The text that header blocks are deflated with, section 2.6.10.1 of the draft."""

LARGEST_HEADERS = 64 * 1024
"""Bytes of one header block, inflated."""

FIN = 1


class Kind(IntEnum):
    SYN_STREAM = 1
    SYN_REPLY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PING = 6
    GOAWAY = 7
    HEADERS = 8
    WINDOW_UPDATE = 9


class Status(IntEnum):
    """Why a stream is reset."""

    PROTOCOL_ERROR = 1
    INVALID_STREAM = 2
    CANCEL = 5


class Malformed(Exception):  # noqa: N818  # as of a document
    """What came is no SPDY/3.1."""


class Opened(NamedTuple):
    stream: int
    headers: Mapping[str, str]
    """By names in lower case."""
    ends: bool


class Bytes(NamedTuple):
    """A piece of a stream; a large frame comes in several."""

    stream: int
    content: bytes
    ends: bool


class Broken(NamedTuple):
    """A stream that the other side reset."""

    stream: int


class Ping(NamedTuple):
    number: int


class Parting(NamedTuple):
    """GOAWAY: the other side opens no more streams."""


Frame = Opened | Bytes | Broken | Ping | Parting


class Reader:
    """Cuts what a client sends into frames; raises Malformed."""

    def __init__(self) -> None:
        self._rest = b""
        self._stream, self._left, self._ends = 0, 0, False
        self._inflating = zlib.decompressobj(zdict=DICTIONARY)

    def feed(self, piece: bytes) -> Iterator[Frame]:
        content = self._rest + piece if self._rest else piece
        at, size = 0, len(content)
        while at < size:
            if self._left:
                part = content[at : at + self._left]
                at += len(part)
                self._left -= len(part)
                yield Bytes(self._stream, part, self._ends and not self._left)
                continue
            if size - at < 8:
                break
            word, more = struct.unpack_from("!II", content, at)
            flags, length = more >> 24, more & 0xFFFFFF
            if not word >> 31:
                at += 8
                self._stream, self._left, self._ends = word, length, bool(flags & FIN)
                if not length:
                    yield Bytes(word, b"", self._ends)
                continue
            if size - at - 8 < length:
                break
            frame = self._control(word, flags, content[at + 8 : at + 8 + length])
            at += 8 + length
            if frame is not None:
                yield frame
        self._rest = content[at:]

    def _control(self, word: int, flags: int, body: bytes) -> Frame | None:
        if word >> 16 != 0x8003:
            raise Malformed(f"a control frame of version {word >> 16 & 0x7FFF}")
        try:
            match word & 0xFFFF:
                case Kind.SYN_STREAM:
                    stream = struct.unpack_from("!I", body)[0] & 0x7FFFFFFF
                    return Opened(stream, self._headers(body[10:]), bool(flags & FIN))
                case Kind.RST_STREAM:
                    return Broken(struct.unpack_from("!I", body)[0])
                case Kind.PING:
                    return Ping(struct.unpack_from("!I", body)[0])
                case Kind.GOAWAY:
                    return Parting()
                case Kind.SYN_REPLY | Kind.HEADERS:
                    self._headers(body[4:])
        except (struct.error, zlib.error, UnicodeDecodeError) as wrong:
            raise Malformed(str(wrong)) from None
        return None

    def _headers(self, block: bytes) -> dict[str, str]:
        told = self._inflating.decompress(block, LARGEST_HEADERS)
        if self._inflating.unconsumed_tail:
            raise Malformed("a header block that is too large")
        at, found = 4, {}
        for _ in range(struct.unpack_from("!I", told)[0]):
            name, at = _text(told, at)
            value, at = _text(told, at)
            if name != name.lower() or not name:
                raise Malformed(f"a header called {name!r}")
            found[name] = value
        return found


class Writer:
    """What a server sends; the pieces of a frame, to be sent one after the other."""

    def __init__(self) -> None:
        self._deflating = zlib.compressobj(zdict=DICTIONARY)

    def reply(self, stream: int) -> bytes:
        """SYN_REPLY without headers, as Kubernetes sends it."""
        block = self._deflating.compress(bytes(4)) + self._deflating.flush(zlib.Z_SYNC_FLUSH)
        return _control(Kind.SYN_REPLY, struct.pack("!I", stream) + block)


def head(stream: int, length: int, *, ends: bool = False) -> bytes:
    """Of a frame with `length` bytes of content."""
    return struct.pack("!II", stream, (FIN << 24 if ends else 0) | length)


def reset(stream: int, status: Status) -> bytes:
    return _control(Kind.RST_STREAM, struct.pack("!II", stream, status))


def ping(number: int) -> bytes:
    return _control(Kind.PING, struct.pack("!I", number))


def parting(last_stream: int) -> bytes:
    return _control(Kind.GOAWAY, struct.pack("!II", last_stream, 0))


def _control(kind: Kind, body: bytes) -> bytes:
    return struct.pack("!HHI", 0x8003, kind, len(body)) + body


def _text(block: bytes, at: int) -> tuple[str, int]:
    start = at + 4
    end = start + struct.unpack_from("!I", block, at)[0]
    if end > len(block):
        raise Malformed("a header that ends after its block")
    return block[start:end].decode(), end
