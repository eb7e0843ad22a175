"""The addresses of the interfaces that are up."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from portico.lib import rtnetlink

_IS_UP: Final = 0x1

Address = IPv4Address | IPv6Address


def addresses() -> list[Address]:
    """In the kernel's order. Raises OSError."""
    with rtnetlink.connect() as connection:
        up = {link.number for link in rtnetlink.links(connection) if link.flags & _IS_UP}
        found = rtnetlink.addresses(connection)
        return [ip_address(packed) for number, packed in found if number in up]
