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

Mask = Callable[[bytes, bytes], bytes]
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

    def frame(self, opcode: Opcode, content: bytes) -> bytes:
        """One whole message."""
        length = len(content)
        if length < 126:
            head = struct.pack("!BB", FIN | opcode, MASKED | length)
        elif length < 1 << 16:
            head = struct.pack("!BBH", FIN | opcode, MASKED | 126, length)
        else:
            head = struct.pack("!BBQ", FIN | opcode, MASKED | 127, length)
        key = self._random(4)
        return b"".join((head, key, self._mask(content, key)))

    def close(self, code: CloseCode = CloseCode.NORMAL) -> bytes:
        return self.frame(Opcode.CLOSE, struct.pack("!H", code))

    def receive(self, received: bytes | bytearray | memoryview) -> Iterator[Event]:
        """What is in it; to be taken to the end. Raises WebSocketError."""
        view = memoryview(received)
        at, size = 0, len(view)
        while at < size:
            if not self._left:
                wanted = self._wanted() - len(self._head)
                self._head += view[at : at + wanted]
                at += wanted
                if at <= size and len(self._head) == self._wanted() and self._opens_empty():
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

    def _wanted(self) -> int:
        """Bytes of the head, as far as it is known how long it is."""
        if len(self._head) < 2:
            return 2
        return {126: 4, 127: 10}.get(self._head[1] & 0x7F, 2)

    def _opens_empty(self) -> bool:
        """Begin with the frame whose head is there; whether that was all."""
        head, self._head = bytes(self._head), bytearray()
        first, length = head[0], head[1] & 0x7F
        if len(head) > 2:
            length = int.from_bytes(head[2:], "big")
        self._check(first, masked=bool(head[1] & MASKED), length=length)
        self._is_last = bool(first & FIN)
        self._opcode = first & 0x0F
        self._left = length
        if self._opcode == Opcode.BINARY:
            self._in_message = self._starts = True
        return not length

    def _check(self, first: int, *, masked: bool, length: int) -> None:
        opcode = first & 0x0F
        if first & RESERVED:
            raise WebSocketError("a frame with a reserved bit")
        if masked:
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


def _closed(content: bytes) -> Closed:
    if not content:
        return Closed(CloseCode.NONE_GIVEN, "")
    if len(content) == 1:
        raise WebSocketError("half a close code")
    reason = content[2:].decode(errors="replace")
    return Closed(int.from_bytes(content[:2], "big"), reason)
