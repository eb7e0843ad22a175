"""WebSocket frames without a socket, as a client has them (RFC 6455, 5).

What a message holds is given out piece by piece as it comes, so that neither a long frame nor a
message in many fragments is collected.
"""

import base64
import hashlib
import struct
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Final

from msgspec import Struct

GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
FIN: Final = 0x80
RESERVED: Final = 0x70
MASKED: Final = 0x80
LONGEST_CONTROL: Final = 125

Buffer = bytes | bytearray | memoryview
Mask = Callable[[Buffer, bytes], bytes]
"""Of something, and a key of four bytes."""


class Opcode(IntEnum):
    """Of frames."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class CloseCode(IntEnum):
    """Why a WebSocket ends."""

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    NONE_GIVEN = 1005


class WebSocketError(ValueError):
    """What came is not RFC 6455; the connection cannot go on."""


class Payload(Struct, frozen=True, gc=False):
    """A piece of a message: a part of what was given to `receive`, good until that changes."""

    content: memoryview
    starts: bool


class Ping(Struct, frozen=True):
    """To be answered with the same content."""

    content: bytes


class Pong(Struct, frozen=True):
    """The answer to ours."""

    content: bytes


class Closed(Struct, frozen=True):
    """The peer says nothing more."""

    code: int
    reason: str


Event = Payload | Ping | Pong | Closed


class WebSocket:
    """The client's side, after the handshake."""

    def __init__(self, mask: Mask, random: Callable[[int], bytes]) -> None:
        self._mask = mask
        self._random = random
        self._head = bytearray()
        self._control = bytearray()
        self._opcode: int = Opcode.CONTINUATION
        self._left = 0
        self._is_last = True
        self._in_message = False
        self._starts = False
        self._is_complete = False

    def frame(self, opcode: Opcode, *parts: Buffer) -> bytes:
        """One whole message. The parts are cheapest if all but the last are of a multiple of 4."""
        if any(len(part) % 4 for part in parts[:-1]):
            parts = (b"".join(parts),)
        length = sum(map(len, parts))
        if length < 126:
            head = struct.pack("!BB", FIN | opcode, MASKED | length)
        elif length < 1 << 16:
            head = struct.pack("!BBH", FIN | opcode, MASKED | 126, length)
        else:
            head = struct.pack("!BBQ", FIN | opcode, MASKED | 127, length)
        key = self._random(4)
        return b"".join((head, key, *(self._mask(part, key) for part in parts)))

    def close(self, code: CloseCode = CloseCode.NORMAL) -> bytes:
        return self.frame(Opcode.CLOSE, struct.pack("!H", code))

    def receive(self, received: bytes | bytearray | memoryview) -> Iterator[Event]:
        """What is in it; to be taken to the end. Raises WebSocketError."""
        view = memoryview(received)
        at, size = 0, len(view)
        while at < size:
            if not self._left:
                at = self._take_head(view, at)
                if self._is_complete and not self._left:
                    yield from self._end()
                continue
            content = view[at : at + self._left]
            at += len(content)
            self._left -= len(content)
            if self._opcode < Opcode.CLOSE:
                yield Payload(content, self._starts)
                self._starts = False
            else:
                self._control += content
            if not self._left:
                yield from self._end()

    def _take_head(self, view: memoryview, at: int) -> int:
        """Of a frame, or what has come of it. Gives where it ends."""
        head = self._head
        if not head:
            if len(view) - at >= 4 and view[at + 1] == 126:
                # Nearly all of them, as the API server cuts messages into fragments of 4 KiB.
                self._begin(view[at], 126, view[at + 2] << 8 | view[at + 3])
                return at + 4
            self._is_complete = False
        while len(head) < (wanted := _length_of(head)):
            if at == len(view):
                return at
            missing = wanted - len(head)
            head += view[at : at + missing]
            at += missing if at + missing <= len(view) else len(view) - at
        self._begin(head[0], head[1], int.from_bytes(head[2:], "big"))
        head.clear()
        return at

    def _begin(self, first: int, second: int, extended: int) -> None:
        """A frame, whose head is there."""
        length = extended if second & 0x7F > LONGEST_CONTROL else second & 0x7F
        self._check(first, second, length)
        self._is_complete = True
        self._is_last = bool(first & FIN)
        self._opcode = first & 0x0F
        self._left = length
        if self._opcode == Opcode.BINARY:
            self._in_message = self._starts = True

    def _check(self, first: int, second: int, length: int) -> None:
        opcode = first & 0x0F
        if first & RESERVED:
            raise WebSocketError("a frame with a reserved bit")
        if second & MASKED:
            raise WebSocketError("a frame from the server is masked")
        if opcode >= Opcode.CLOSE:
            self._check_control(first, length)
        elif opcode not in (Opcode.BINARY, Opcode.CONTINUATION):
            raise WebSocketError(f"a frame with the opcode {opcode}")
        elif (opcode == Opcode.CONTINUATION) != self._in_message:
            raise WebSocketError("a fragment that does not follow the one before")
        if length >> 63:
            raise WebSocketError(f"a frame of {length} bytes")

    def _check_control(self, first: int, length: int) -> None:
        if first & 0x0F > Opcode.PONG:
            raise WebSocketError(f"a frame with the opcode {first & 0x0F}")
        if length > LONGEST_CONTROL or not first & FIN:
            raise WebSocketError("a control frame is too long, or in fragments")

    def _end(self) -> Iterator[Event]:
        """Of a frame."""
        if self._opcode < Opcode.CLOSE:
            self._in_message = not self._is_last
            return
        content = bytes(self._control)
        self._control.clear()
        match self._opcode:
            case Opcode.PING:
                yield Ping(content)
            case Opcode.PONG:
                yield Pong(content)
            case _:
                yield _closed(content)


def accept_of(key: str) -> str:
    """What the server has to answer to the key of a handshake (RFC 6455, 4.2.2)."""
    digest = hashlib.sha1(key.encode() + GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def _length_of(head: bytearray) -> int:
    """Bytes of a head, as far as it is known what it is."""
    if len(head) < 2:
        return 2
    return {126: 4, 127: 10}.get(head[1] & 0x7F, 2)


def _closed(content: bytes) -> Closed:
    if not content:
        return Closed(CloseCode.NONE_GIVEN, "")
    if len(content) == 1:
        raise WebSocketError("half a close code")
    reason = content[2:].decode(errors="replace")
    return Closed(int.from_bytes(content[:2], "big"), reason)
