"""The addresses of the interfaces that are up, and word of their changes: rtnetlink(7)."""

import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from portico.lib import netlink

_GET_LINK: Final = 18
_GET_ADDRESS: Final = 22

_GROUPS: Final = 0x1 | 0x10 | 0x100
"""RTMGRP_LINK, and addresses of both families. Not routes: a router may change thousands."""

_LINK: Final = struct.Struct("=BxHiII")
_ADDRESS: Final = struct.Struct("=BBBBI")

_IS_UP: Final = 0x1
_UNUSABLE: Final = 0x8 | 0x40
"""IFA_F_DADFAILED, IFA_F_TENTATIVE: nobody may use such an address (yet)."""

_ANY_END: Final = 1
_OUR_END: Final = 2
"""IFA_LOCAL: of a point-to-point link IFA_ADDRESS is the other end."""

Address = IPv4Address | IPv6Address


def addresses() -> list[Address]:
    """In the kernel's order. Raises OSError."""
    with netlink.connect(socket.NETLINK_ROUTE) as connection:
        up = {index for index, flags in _links(connection) if flags & _IS_UP}
        return [address for index, address in _addresses(connection) if index in up]


def subscribe() -> socket.socket:
    """A socket that becomes readable when links or addresses change. Raises OSError."""
    connection = netlink.connect(socket.NETLINK_ROUTE)
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


def _links(connection: socket.socket) -> Iterator[tuple[int, int]]:
    for body in netlink.dump(connection, _GET_LINK, bytes(_LINK.size)):
        _, _, index, flags, _ = _LINK.unpack_from(body)
        yield index, flags


def _addresses(connection: socket.socket) -> Iterator[tuple[int, Address]]:
    for body in netlink.dump(connection, _GET_ADDRESS, bytes(_ADDRESS.size)):
        family, _, flags, _, index = _ADDRESS.unpack_from(body)
        if family in (socket.AF_INET, socket.AF_INET6) and not flags & _UNUSABLE:
            said = dict(netlink.attributes(body[_ADDRESS.size :]))
            if packed := said.get(_OUR_END) or said.get(_ANY_END):
                yield index, ip_address(packed)
