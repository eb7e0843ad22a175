"""Which ports programs of this machine listen on: sock_diag(7).

/proc/net/tcp says it too, but the kernel walks through every connection to write it, and whoever
reads it every two seconds on a busy machine pays for that. A dump of listening sockets does not.
"""

import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

from portico.lib import netlink
from portico.plan.transport import Transport


class Listener(NamedTuple):
    """An address and port that somebody has; 0.0.0.0 and :: are every address."""

    transport: Transport
    port: int
    address: str


_FAMILY: Final = 4
_BY_FAMILY: Final = 20

_REQUEST: Final = struct.Struct("=BBxxI48x")
_PORT: Final = struct.Struct("!H")
_FIXED: Final = 72
"""Bytes of an answer before its attributes."""

_ONLY_IPV6: Final = 11

_LISTENING: Final = 1 << 10
_NOT_CONNECTED: Final = 1 << 7
"""UDP: takes what comes from anywhere."""

_KINDS: Final = (
    (Transport.TCP, socket.IPPROTO_TCP, _LISTENING),
    (Transport.UDP, socket.IPPROTO_UDP, _NOT_CONNECTED),
)


def listeners() -> frozenset[Listener]:
    """All that others can reach; what only this machine can reach is in nobody's way."""
    found: set[Listener] = set()
    for transport, protocol, states in _KINDS:
        for family in (socket.AF_INET, socket.AF_INET6):
            try:
                with netlink.connect(_FAMILY) as connection:
                    request = _REQUEST.pack(family, protocol, states)
                    for body in netlink.dump(connection, _BY_FAMILY, request):
                        found.update(_listeners(body, transport))
            except OSError:
                continue  # a kernel without this kind of socket, or one that does not tell
    return frozenset(found)


def _listeners(body: bytes, transport: Transport) -> Iterator[Listener]:
    (port,) = _PORT.unpack_from(body, 4)
    size = 16 if body[0] == socket.AF_INET6 else 4
    address = ip_address(body[8 : 8 + size])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not port or address.is_loopback or address.is_link_local:
        return
    yield Listener(transport, port, str(address))
    if isinstance(address, IPv6Address) and address.is_unspecified:
        only = dict(netlink.attributes(body[_FIXED:])).get(_ONLY_IPV6)
        if only is None or not only[0]:
            yield Listener(transport, port, "0.0.0.0")  # noqa: S104  # what others listen on
