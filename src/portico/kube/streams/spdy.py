"""SPDY/3.1 without a socket: bytes in, frames out, and the other way round (SPDY/3.1 draft, 2.2).

What a frame of data holds is given out piece by piece as it comes, however long the frame; only the
short control frames are collected. Nothing here knows which stream may do what.
"""

import struct
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Final

from msgspec import Struct

from portico.kube.streams.spdy_headers import Headers, Packer, SpdyError, Unpacker

VERSION: Final = 3
FIN: Final = 0x01
HEAD: Final = 8
LONGEST_CONTROL: Final = 1 << 16
"""Bytes of a control frame without its head."""
LARGEST_DATA: Final = (1 << 24) - 1
LAST_STREAM: Final = (1 << 31) - 1


class Kind(IntEnum):
    """Of control frames."""

    SYN_STREAM = 1
    SYN_REPLY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PING = 6
    GOAWAY = 7
    HEADERS = 8
    WINDOW_UPDATE = 9


class ResetStatus(IntEnum):
    """Why a stream is given up."""

    PROTOCOL_ERROR = 1
    INVALID_STREAM = 2
    REFUSED_STREAM = 3
    CANCEL = 5
    STREAM_ALREADY_CLOSED = 9


class Data(Struct, frozen=True, gc=False):
    """`content` is a part of what was given to `receive`, good only until that changes."""

    stream: int
    content: memoryview
    ends: bool


class Opened(Struct, frozen=True):
    """The peer wants a stream."""

    stream: int
    headers: Headers
    ends: bool


class Replied(Struct, frozen=True):
    """The peer takes our stream."""

    stream: int
    headers: Headers
    ends: bool


class Reset(Struct, frozen=True):
    """The stream is over, both ways; `status` may be none of ResetStatus."""

    stream: int
    status: int


class Ping(Struct, frozen=True):
    """A question if the number is of the peer's kind, else the answer to ours."""

    number: int


class GoneAway(Struct, frozen=True):
    """No more streams; those of ours above `last_stream` were not looked at."""

    last_stream: int
    status: int


Frame = Data | Opened | Replied | Reset | Ping | GoneAway


class Spdy:
    """One session, its two directions."""

    def __init__(self) -> None:
        self._packer = Packer()
        self._unpacker = Unpacker()
        self._partial = bytearray()
        self._stream = 0
        self._left = 0
        self._ends = False

    def syn_stream(self, stream: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """To be sent in the order of the calls, as every block builds on the one before."""
        block = self._packer.pack(headers)
        return _control(Kind.SYN_STREAM, struct.pack("!IIH", stream, 0, 0) + block)

    def receive(self, received: bytes | bytearray | memoryview) -> Iterator[Frame]:
        """The frames in it; to be taken to the end. Raises SpdyError."""
        view = memoryview(received)
        at, size = 0, len(view)
        while at < size:
            if self._left:
                content = view[at : at + self._left]
                at += len(content)
                self._left -= len(content)
                yield Data(self._stream, content, self._ends and not self._left)
                continue
            wanted = self._wanted() - len(self._partial)
            self._partial += view[at : at + wanted]
            at += wanted
            if at <= size and (frame := self._whole()):
                yield frame

    def _wanted(self) -> int:
        """Bytes that a head needs, or the control frame that it belongs to."""
        if len(self._partial) < HEAD:
            return HEAD
        length = int.from_bytes(self._partial[5:8], "big")
        if length > LONGEST_CONTROL:
            raise SpdyError(f"a control frame has {length} bytes")
        return HEAD + length

    def _whole(self) -> Frame | None:
        """What the collected bytes are, if they are something already."""
        partial = self._partial
        if not partial[0] & 0x80:
            return self._data_head()
        if len(partial) < self._wanted():
            return None
        word, flags_length = struct.unpack_from("!II", partial)
        payload = bytes(partial[HEAD:])
        partial.clear()
        if (word >> 16) & 0x7FFF != VERSION:
            raise SpdyError(f"a frame of version {(word >> 16) & 0x7FFF}, and not {VERSION}")
        return self._control(word & 0xFFFF, flags_length >> 24, payload)

    def _data_head(self) -> Frame | None:
        self._stream, rest = struct.unpack_from("!II", self._partial)
        self._partial.clear()
        if not self._stream:
            raise SpdyError("data of stream 0")
        self._left, self._ends = rest & LARGEST_DATA, bool((rest >> 24) & FIN)
        return None if self._left else Data(self._stream, memoryview(b""), self._ends)

    def _control(self, kind: int, flags: int, payload: bytes) -> Frame | None:
        match kind:
            case Kind.SYN_STREAM | Kind.SYN_REPLY | Kind.HEADERS:
                return self._with_headers(kind, flags, payload)
            case Kind.RST_STREAM:
                stream, status = _words(kind, payload, 2)
                return Reset(stream & LAST_STREAM, status)
            case Kind.PING:
                return Ping(_words(kind, payload, 1)[0])
            case Kind.GOAWAY:
                stream, status = _words(kind, payload, 2)
                return GoneAway(stream & LAST_STREAM, status)
            case _:
                return None  # to be passed over, be it one of the draft's or not

    def _with_headers(self, kind: int, flags: int, payload: bytes) -> Frame | None:
        before_block = 10 if kind == Kind.SYN_STREAM else 4
        if len(payload) < before_block:
            raise SpdyError(f"a {Kind(kind).name} of {len(payload)} bytes")
        headers = self._unpacker.unpack(payload[before_block:])
        stream, ends = int.from_bytes(payload[:4], "big") & LAST_STREAM, bool(flags & FIN)
        if kind == Kind.SYN_STREAM:
            return Opened(stream, headers, ends)
        # HEADERS would add to the reply; in port-forward nobody says anything there.
        return Replied(stream, headers, ends) if kind == Kind.SYN_REPLY else None


def data_head(stream: int, length: int, *, ends: bool = False) -> bytes:
    """To be sent before `length` bytes, at most LARGEST_DATA."""
    return struct.pack("!II", stream, (FIN << 24 if ends else 0) | length)


def rst_stream(stream: int, status: ResetStatus) -> bytes:
    return _control(Kind.RST_STREAM, struct.pack("!II", stream, status))


def ping(number: int) -> bytes:
    """Odd numbers are the client's; the answer is the same frame."""
    return _control(Kind.PING, struct.pack("!I", number))


def goaway(last_stream: int) -> bytes:
    return _control(Kind.GOAWAY, struct.pack("!II", last_stream, 0))


def _control(kind: Kind, payload: bytes) -> bytes:
    return struct.pack("!HHI", 0x8000 | VERSION, kind, len(payload)) + payload


def _words(kind: int, payload: bytes, count: int) -> tuple[int, ...]:
    if len(payload) != 4 * count:
        raise SpdyError(f"a {Kind(kind).name} of {len(payload)} bytes")
    return struct.unpack(f"!{count}I", payload)
