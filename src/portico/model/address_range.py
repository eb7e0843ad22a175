"""Addresses as numbers on one line, and ranges of them: IPv4 from 0 on, IPv6 from 2^128 on.

So a range is two numbers whatever its family, and nobody has to count through a /64.
"""

from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, NamedTuple

V6: Final = 1 << 128
"""Where IPv6 begins on the line."""


class AddressRange(NamedTuple):
    """First and last address, of one family."""

    first: int
    last: int

    @property
    def is_v6(self) -> bool:
        return self.first >= V6

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def overlaps(self, other: "AddressRange") -> bool:
        return self.first <= other.last and other.first <= self.last

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self.first <= number <= self.last

    def __str__(self) -> str:
        first = text_of(self.first)
        return first if self.size == 1 else f"{first}-{text_of(self.last)}"


class RangeError(ValueError):
    """Why a text is no range of addresses that hosts may have."""


def number_of(text: str) -> int | None:
    """Where an address is on the line; None for what is no address, or has a zone."""
    try:
        if ":" not in text:
            return int(IPv4Address(text))
        return None if "%" in text else V6 + int(IPv6Address(text))
    except AddressValueError:
        return None


def text_of(number: int) -> str:
    """The one canonical spelling."""
    return str(IPv4Address(number) if number < V6 else IPv6Address(number - V6))


def parse_range(text: str, *, accepts_single: bool = False) -> AddressRange:
    """A CIDR (bits of hosts in it are no mistake), `first-last`, or a single address if that is
    accepted. Raises RangeError.
    """
    found = _parsed(text.strip(), accepts_single=accepts_single)
    for forbidden, what in FORBIDDEN:
        if found.overlaps(forbidden):
            raise RangeError(f"holds {what} addresses, which no host can be reached at")
    return found


def _parsed(text: str, *, accepts_single: bool) -> AddressRange:
    if "/" in text:
        return _network(text)
    first, dash, last = text.partition("-")
    one = _number(first.strip())
    if not dash:
        if not accepts_single:
            raise RangeError("is a single address, which has to be written as a range")
        return AddressRange(one, one)
    other = _number(last.strip())
    if (one >= V6) != (other >= V6):
        raise RangeError("begins in one address family and ends in the other")
    if one > other:
        raise RangeError("ends before it begins")
    return AddressRange(one, other)


def _network(text: str) -> AddressRange:
    try:
        if ":" in text:
            if "%" in text:
                raise RangeError("has a zone")
            v6 = IPv6Network(text, strict=False)
            first = V6 + int(v6.network_address)
            return AddressRange(first, first + v6.num_addresses - 1)
        v4 = IPv4Network(text, strict=False)
    except RangeError:
        raise
    except ValueError:
        raise RangeError("is neither a network nor a range of addresses") from None
    first = int(v4.network_address)
    return AddressRange(first, first + v4.num_addresses - 1)


def _number(text: str) -> int:
    number = number_of(text)
    if number is None:
        raise RangeError("is neither a network nor a range of addresses")
    return number


FORBIDDEN: Final = (
    (AddressRange(0, (1 << 24) - 1), "unspecified"),
    (AddressRange(127 << 24, (128 << 24) - 1), "loopback"),
    (AddressRange((169 << 24) + (254 << 16), (169 << 24) + (255 << 16) - 1), "link-local"),
    (AddressRange(224 << 24, (240 << 24) - 1), "multicast"),
    (AddressRange((1 << 32) - 1, (1 << 32) - 1), "broadcast"),
    (AddressRange(V6, V6), "unspecified"),
    (AddressRange(V6 + 1, V6 + 1), "loopback"),
    (AddressRange(V6 + (0xFFFF << 32), V6 + (0x10000 << 32) - 1), "IPv4-mapped"),
    (AddressRange(V6 + (0xFE80 << 112), V6 + (0xFEC0 << 112) - 1), "link-local"),
    (AddressRange(V6 + (0xFF00 << 112), V6 + (1 << 128) - 1), "multicast"),
)
"""What compiler/address.py would not let anybody be an entry at."""
