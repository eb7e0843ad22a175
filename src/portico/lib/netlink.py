"""The little that is needed of netlink(7): to ask for all there is of one kind.

A library that knows all of netlink would take longer to import than the rest of Portico.
"""

import os
import socket
import struct
from collections.abc import Iterator
from typing import Final

_ERROR: Final = 2
_DONE: Final = 3
_REQUEST_DUMP: Final = 0x301

_HEADER: Final = struct.Struct("=LHHLL")
_ATTRIBUTE: Final = struct.Struct("=HH")

_LARGEST: Final = 1 << 18
"""Bytes of one answer; the kernel makes them of 32 KiB at most."""


def connect(family: int) -> socket.socket:
    """Raises OSError where the kernel (or whoever guards it) does not allow it."""
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, family)


def dump(connection: socket.socket, kind: int, body: bytes) -> Iterator[bytes]:
    """All answers to one question. Raises OSError where the kernel has none."""
    connection.send(_HEADER.pack(_HEADER.size + len(body), kind, _REQUEST_DUMP, 1, 0) + body)
    while True:
        answer = connection.recv(_LARGEST)
        while answer:
            length, got, *_ = _HEADER.unpack_from(answer)
            if got == _DONE:
                return
            if got == _ERROR:
                (number,) = struct.unpack_from("=i", answer, _HEADER.size)
                raise OSError(-number, os.strerror(-number))
            yield answer[_HEADER.size : length]
            answer = answer[_aligned(length) :]


def attributes(tail: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of what follows the fixed part of a message."""
    while len(tail) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(tail)
        if length < _ATTRIBUTE.size:
            return
        yield kind, tail[_ATTRIBUTE.size : length]
        tail = tail[_aligned(length) :]


def _aligned(length: int) -> int:
    return (length + 3) & ~3
