"""What a client and a SOCKS5 server say before the connection is made (RFC 1928). No I/O.

Nothing is read beyond what the server is told next: what follows belongs to the connection.
"""

import socket
from enum import IntEnum
from typing import Final, NamedTuple

VERSION: Final = 5
NO_AUTHENTICATION: Final = 0
NO_METHOD: Final = 0xFF
CONNECT: Final = 1

_V4, _NAME, _V6 = 1, 3, 4
_SIZES: Final = {_V4: 4, _V6: 16}


class Code(IntEnum):
    """Of a reply."""

    SUCCEEDED = 0
    FAILURE = 1
    NOT_ALLOWED = 2
    NETWORK_UNREACHABLE = 3
    HOST_UNREACHABLE = 4
    REFUSED = 5
    TTL_EXPIRED = 6
    NO_SUCH_COMMAND = 7
    NO_SUCH_ADDRESS_TYPE = 8


class Destination(NamedTuple):
    """A name, or an address as text."""

    host: str
    port: int


class SocksError(Exception):
    """What the client says cannot be answered as it wishes; `reply` is what it is told."""

    def __init__(self, reason: str, reply: bytes = b"") -> None:
        super().__init__(reason)
        self.reply = reply


class Negotiation:
    """Feed it exactly `needs` bytes, until there is a `destination`."""

    def __init__(self) -> None:
        self.needs = 2
        self.destination: Destination | None = None
        self._next = self._version
        self._type = 0

    def receive(self, data: bytes) -> bytes:
        """What to answer, which may be nothing. Raises SocksError."""
        assert len(data) == self.needs
        return self._next(data)

    def _version(self, data: bytes) -> bytes:
        if data[0] != VERSION:
            raise SocksError(f"the client does not speak SOCKS5: it began with {data[0]}")
        if not data[1]:
            raise SocksError("no method of authentication", bytes((VERSION, NO_METHOD)))
        self.needs, self._next = data[1], self._methods
        return b""

    def _methods(self, data: bytes) -> bytes:
        if NO_AUTHENTICATION not in data:
            told = "the client wants to authenticate, which is not needed here"
            raise SocksError(told, bytes((VERSION, NO_METHOD)))
        self.needs, self._next = 4, self._request
        return bytes((VERSION, NO_AUTHENTICATION))

    def _request(self, data: bytes) -> bytes:
        version, command, _, self._type = data
        if version != VERSION:
            raise SocksError(f"a request of version {version}", reply(Code.FAILURE))
        if command != CONNECT:
            told = f"command {command} where only CONNECT is known"
            raise SocksError(told, reply(Code.NO_SUCH_COMMAND))
        if self._type == _NAME:
            self.needs, self._next = 1, self._length
        elif self._type in _SIZES:
            self.needs, self._next = _SIZES[self._type] + 2, self._address
        else:
            told = f"address type {self._type}"
            raise SocksError(told, reply(Code.NO_SUCH_ADDRESS_TYPE))
        return b""

    def _length(self, data: bytes) -> bytes:
        if not data[0]:
            raise SocksError("a name without a letter", reply(Code.HOST_UNREACHABLE))
        self.needs, self._next = data[0] + 2, self._address
        return b""

    def _address(self, data: bytes) -> bytes:
        host, port = data[:-2], int.from_bytes(data[-2:], "big")
        if self._type == _NAME:
            if not host.isascii() or not host.decode("ascii").isprintable():
                raise SocksError("a name that is none", reply(Code.HOST_UNREACHABLE))
            self.destination = Destination(host.decode("ascii"), port)
        else:
            family = socket.AF_INET if self._type == _V4 else socket.AF_INET6
            text = socket.inet_ntop(family, host)
            self.destination = Destination(text, port)
        self.needs = 0
        return b""


def reply(code: Code) -> bytes:
    """The address that we are bound to is of no use to anybody."""
    return bytes((VERSION, code, 0, _V4)) + bytes(6)
