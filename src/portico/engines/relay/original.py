"""Where a redirected connection wanted to go, as the kernel's connection tracking remembers it."""

import socket
import struct
from typing import Final, NamedTuple

SO_ORIGINAL_DST: Final = 80
"""linux/netfilter_ipv4.h; IP6T_SO_ORIGINAL_DST has the same number."""

_IPV4: Final = struct.Struct("!2xH4s8x")  # sockaddr_in
_IPV6: Final = struct.Struct("!2xH4x16s4x")  # sockaddr_in6


class Place(NamedTuple):
    """An address and a port."""

    address: str
    port: int


def original_destination(client: socket.socket) -> Place | None:
    """None for a connection that nobody redirected."""
    try:
        place = _tracked(client)
    except OSError:  # not tracked at all
        return None
    return None if place == client.getsockname()[:2] else place


def _tracked(client: socket.socket) -> Place:
    if client.family == socket.AF_INET6:
        told = client.getsockopt(socket.IPPROTO_IPV6, SO_ORIGINAL_DST, _IPV6.size)
        port, packed = _IPV6.unpack(told)
    else:
        told = client.getsockopt(socket.IPPROTO_IP, SO_ORIGINAL_DST, _IPV4.size)
        port, packed = _IPV4.unpack(told)
    return Place(socket.inet_ntop(client.family, packed), port)
