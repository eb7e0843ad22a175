"""Where to listen: the addresses of --address."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Final, NamedTuple

from portico.forward.errors import UsageError

LOCALHOST: Final = "localhost"


class Place(NamedTuple):
    """A local address. One that is optional may be of a family that this machine does not have."""

    address: str
    is_optional: bool = False

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET

    @property
    def is_loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback

    def named(self, port: int) -> str:
        """`127.0.0.1:80` or `[::1]:80`."""
        return f"[{self.address}]:{port}" if ":" in self.address else f"{self.address}:{port}"


BOTH: Final = (Place("127.0.0.1", is_optional=True), Place("::1", is_optional=True))
"""What localhost means."""


def parse_places(texts: Iterable[str]) -> tuple[Place, ...]:
    """Each text may be a list with commas. Each address once, in kubectl's order: by its text.

    Raises UsageError.
    """
    places: dict[str, Place] = {}
    for text in texts:
        for item in text.split(",") if text else ():
            for place in _meant(item.strip()):
                # An address that was named must be there, whatever localhost may do without.
                if place.address not in places or not place.is_optional:
                    places[place.address] = place
    if not places:
        raise UsageError("you must specify at least 1 address")
    return tuple(places[address] for address in sorted(places))


def _meant(text: str) -> tuple[Place, ...]:
    if text == LOCALHOST:
        return BOTH
    # As Go's sloppy reading: leading zeros are decimal.
    plain = re.sub(r"(^|\.)0+(?=\d)", r"\1", text) if "." in text and ":" not in text else text
    try:
        found = ipaddress.ip_address(plain)
    except ValueError:
        raise UsageError(f"{text} is not a valid IP", "write an address, or localhost") from None
    return (Place(str(found)),)
