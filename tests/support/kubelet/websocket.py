"""WebSocket, the server's side of RFC 6455: frames in, frames out."""

import base64
import hashlib
import struct
from collections.abc import Iterator
from typing import NamedTuple

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FINAL = 0x80

BUFFER = 4096 - 14
"""Bytes that gorilla's writer collects with the write buffer that Go's HTTP server has."""

_XOR = [bytes(byte ^ key for byte in range(256)) for key in range(256)]


class Malformed(Exception):  # noqa: N818  # as of a document
    """What came is no WebSocket of a client."""


class Piece(NamedTuple):
    """A whole frame, unmasked."""

    opcode: int
    is_final: bool
    content: bytes


def accept_key(key: str) -> str:
    return base64.b64encode(hashlib.sha1(key.encode() + MAGIC).digest()).decode()


class Reader:
    """Cuts what a client sends into frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, content: bytes) -> Iterator[Piece]:
        rest = self._rest
        rest += content
        at = 0
        while (found := _frame_at(rest, at)) is not None:
            piece, at = found
            yield piece
        del rest[:at]


def frame(opcode: int, content: bytes, *, is_final: bool = True) -> list[bytes]:
    first, length = opcode | (FINAL if is_final else 0), len(content)
    if length < 126:
        return [struct.pack("!BB", first, length), content]
    if length < 65536:
        return [struct.pack("!BBH", first, 126, length), content]
    return [struct.pack("!BBQ", first, 127, length), content]


def message(content: bytes) -> list[bytes]:
    """One binary message, in the pieces in which gorilla's writer sends what it is given at once.

    What is more than twice its buffer goes out as it is, and an empty frame ends it; less goes
    through the buffer; what fits there is one frame.
    """
    if len(content) <= BUFFER:
        return frame(BINARY, content)
    if len(content) > 2 * BUFFER:
        ends = frame(CONTINUATION, b"")
        return frame(BINARY, content, is_final=False) + ends
    first = frame(BINARY, content[:BUFFER], is_final=False)
    return first + frame(CONTINUATION, content[BUFFER:])


def closing(code: int = 1000) -> list[bytes]:
    return frame(CLOSE, struct.pack("!H", code))


def _frame_at(rest: bytearray, at: int) -> tuple[Piece, int] | None:
    """The frame there and where the next one is; None while it is not whole."""
    size = len(rest) - at
    if size < 6:
        return None
    first, second = rest[at], rest[at + 1]
    if not second & 0x80 or first & 0x70:
        raise Malformed("an unmasked frame, or one with reserved bits")
    length, begin = second & 0x7F, at + 2
    if length >= 126:
        form = "!H" if length == 126 else "!Q"
        if size < 4 + struct.calcsize(form) + 2:
            return None
        (length,) = struct.unpack_from(form, rest, begin)
        begin += struct.calcsize(form)
    end = begin + 4 + length
    if len(rest) < end:
        return None
    mask = rest[begin : begin + 4]
    content = _unmasked(rest[begin + 4 : end], mask)
    return Piece(first & 0x0F, bool(first & FINAL), content), end


def _unmasked(content: bytearray, mask: bytearray) -> bytes:
    """With as few steps of Python as there are bytes in the mask."""
    for at in range(4):
        content[at::4] = content[at::4].translate(_XOR[mask[at]])
    return bytes(content)
