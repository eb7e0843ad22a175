"""The interfaces of this machine and their addresses, and word of their changes: rtnetlink(7)."""

import socket
import struct
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from portico.lib import netlink

_GET_LINK: Final = 18
_GET_ADDRESS: Final = 22

_GROUPS: Final = 0x1 | 0x10 | 0x100
"""RTMGRP_LINK, and addresses of both families. Not routes: a router may change thousands."""

_LINK: Final = struct.Struct("=BxHiII")
_ADDRESS: Final = struct.Struct("=BBBBI")

_UNUSABLE: Final = 0x8 | 0x40
"""IFA_F_DADFAILED, IFA_F_TENTATIVE: nobody may use such an address (yet)."""

_ANY_END: Final = 1
_OUR_END: Final = 2
"""IFA_LOCAL: of a point-to-point link IFA_ADDRESS is the other end."""

_KIND_OF_ATTRIBUTE: Final = 0x3FFF


class Link(NamedTuple):
    """One interface: `kind` is an ARPHRD_ number, `flags` are of IFF_, `said` by IFLA_ number."""

    number: int
    kind: int
    flags: int
    said: Mapping[int, bytes]


def connect() -> socket.socket:
    """Raises OSError where the kernel (or whoever guards it) does not allow it."""
    return netlink.connect(socket.NETLINK_ROUTE)


def links(connection: socket.socket) -> Iterator[Link]:
    """In the kernel's order. Raises OSError."""
    for body in netlink.dump(connection, _GET_LINK, bytes(_LINK.size)):
        _, kind, number, flags, _ = _LINK.unpack_from(body)
        yield Link(number, kind, flags, attributes(body[_LINK.size :]))


def addresses(connection: socket.socket) -> Iterator[tuple[int, bytes]]:
    """The number of a link and an IP address of it, packed. Raises OSError."""
    for body in netlink.dump(connection, _GET_ADDRESS, bytes(_ADDRESS.size)):
        family, _, flags, _, number = _ADDRESS.unpack_from(body)
        if family in (socket.AF_INET, socket.AF_INET6) and not flags & _UNUSABLE:
            said = attributes(body[_ADDRESS.size :])
            if packed := said.get(_OUR_END) or said.get(_ANY_END):
                yield number, packed


def attributes(tail: bytes) -> dict[int, bytes]:
    """By kind, of those that there is one of."""
    return {kind & _KIND_OF_ATTRIBUTE: value for kind, value in netlink.attributes(tail)}


def subscribe() -> socket.socket:
    """A socket that becomes readable when links or addresses change. Raises OSError."""
    connection = connect()
    connection.settimeout(0)
    connection.bind((0, _GROUPS))
    return connection


def forget_news(connection: socket.socket) -> None:
    """Empty the socket; what there is now is told best by asking for everything."""
    while True:
        try:
            connection.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            continue  # ENOBUFS: more happened than the socket holds
