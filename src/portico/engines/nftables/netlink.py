"""Netlink messages to netfilter, for the questions that libnftables has no words for.

nlmsghdr and nlattr: linux/netlink.h; nfgenmsg: linux/netfilter/nfnetlink.h. Header fields are in
the machine's byte order, netfilter's own values in the network's.
"""

import errno
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

NETLINK_NETFILTER: Final = 12

NLM_F_REQUEST: Final = 0x1
NLM_F_ACK: Final = 0x4
NLM_F_DUMP: Final = 0x300

_NLMSG_ERROR: Final = 2
_NLMSG_DONE: Final = 3
_TYPE_MASK: Final = 0x3FFF
_NESTED: Final = 0x8000

_HEADER: Final = struct.Struct("=IHHII")
_GENERIC: Final = struct.Struct("=BBH")
_ATTRIBUTE: Final = struct.Struct("=HH")
_RECEIVE: Final = 1 << 18

MOST_AT_ONCE: Final = 100
"""Requests in one datagram: their answers must fit into the socket's buffer."""


class Request(NamedTuple):
    """One message; `kind` is the subsystem and the message's number in it."""

    kind: int
    family: int
    attributes: bytes = b""


class Netlink:
    """A socket of the network namespace of the thread that makes it. Raises OSError."""

    def __init__(self) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_NETFILTER
        )
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((0, 0))
        self._socket.settimeout(30.0)
        self._sequence = 0

    def get(self, request: Request) -> bytes:
        """The one answer, from its nfgenmsg on."""
        self._send([request], NLM_F_REQUEST)
        for kind, body in self._messages():
            if kind == _NLMSG_ERROR:
                _check(body)
            return body
        raise OSError(errno.EPROTO, "the kernel gave no answer")

    def dump(self, request: Request) -> list[bytes]:
        """All answers."""
        self._send([request], NLM_F_REQUEST | NLM_F_DUMP)
        found = []
        for kind, body in self._messages():
            if kind == _NLMSG_ERROR:
                _check(body)
                break
            if kind == _NLMSG_DONE:
                break
            found.append(body)
        return found

    def tell(self, requests: Iterable[Request]) -> list[int]:
        """Ask for each to be done; for each 0 or the number of its error."""
        waiting, results = list(requests), []
        while waiting:
            batch, waiting = waiting[:MOST_AT_ONCE], waiting[MOST_AT_ONCE:]
            self._send(batch, NLM_F_REQUEST | NLM_F_ACK)
            answers = self._messages()
            for _ in batch:
                _, body = next(answers)
                results.append(-struct.unpack_from("=i", body)[0])
        return results

    def close(self) -> None:
        self._socket.close()

    def _send(self, requests: list[Request], flags: int) -> None:
        messages = []
        self._sequence += 1
        for kind, family, attributes in requests:
            length = _HEADER.size + _GENERIC.size + len(attributes)
            header = _HEADER.pack(length, kind, flags, self._sequence, 0)
            messages.append(header + _GENERIC.pack(family, 0, 0) + attributes)
        self._socket.send(b"".join(messages))

    def _messages(self) -> Iterator[tuple[int, bytes]]:
        """Answers to the last request, without end: the caller knows which is the last."""
        while True:
            received = self._socket.recv(_RECEIVE)
            place = 0
            while place < len(received):
                length, kind, _, sequence, _ = _HEADER.unpack_from(received, place)
                if sequence == self._sequence:  # others are late answers to what failed
                    yield kind, received[place + _HEADER.size : place + length]
                place += (length + 3) & ~3


def attribute(kind: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(len(value) + 4, kind) + value + bytes(-len(value) % 4)


def nested(kind: int, *attributes: bytes) -> bytes:
    return attribute(kind | _NESTED, b"".join(attributes))


def attributes(body: bytes, start: int = 0) -> dict[int, bytes]:
    """Attributes by their number; `start` is 4 after an nfgenmsg."""
    found, place = {}, start
    while place + 4 <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, place)
        if length < 4:
            break
        found[kind & _TYPE_MASK] = body[place + 4 : place + length]
        place += (length + 3) & ~3
    return found


def _check(body: bytes) -> None:
    number = -struct.unpack_from("=i", body)[0]
    if number:
        raise OSError(number, os.strerror(number))
