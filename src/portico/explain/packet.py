"""The first packet of a connection somebody asks about."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from portico.explain.request import RequestError
from portico.plan.transport import Family, Transport, family_of, place_of

Address = IPv4Address | IPv6Address

_EXPECTED: Final = "expected tcp://ADDRESS:PORT, IPv6 in brackets; udp and sctp likewise"
_URL: Final = re.compile(
    r"(?P<transport>tcp|udp|sctp)://(?:\[(?P<ipv6>[^\]]*)\]|(?P<other>[^:/\[\]]*))"
    r":(?P<port>\d{1,5})/?",
    re.IGNORECASE | re.ASCII,
)
_SCHEMES: Final = tuple(f"{transport}://" for transport in Transport)


@dataclass(frozen=True, slots=True)
class Packet:
    """`client` is None for anybody outside, of whom nothing else is known."""

    transport: Transport
    address: Address
    port: int
    client: Address | None = None

    @property
    def family(self) -> Family:
        return family_of(str(self.address))

    @property
    def place(self) -> str:
        """Address and port as one writes them."""
        return place_of(str(self.address), self.port)

    def __str__(self) -> str:
        return f"{self.transport}://{self.place}"


def is_packet(url: str) -> bool:
    """Whether that asks about a packet, rather than about an HTTP request."""
    return url.lower().startswith(_SCHEMES)


def parse_packet(url: str, client: str = "") -> Packet:
    """A packet from `tcp://ADDRESS:PORT`; without a client, it comes from somebody outside.

    Raises RequestError for the person who typed it.
    """
    found = _URL.fullmatch(url)
    if not found:
        raise RequestError(f"{url}: {_EXPECTED}")
    address, port = _address(found["ipv6"] or found["other"], url), int(found["port"])
    if not 1 <= port <= 65535:
        raise RequestError(f"{url}: port {port} does not exist: 1-65535")
    source = _address(client.strip("[]"), f"--from {client}") if client else None
    if source and source.version != address.version:
        raise RequestError(f"--from {client}: a client of IPv{source.version} cannot reach {url}")
    return Packet(Transport(found["transport"].lower()), address, port, source)


def _address(text: str, told: str) -> Address:
    try:
        # A zone (`%eth0`) says nothing to Services.
        return ip_address("" if "%" in text else text)
    except ValueError:
        raise RequestError(f"{told}: {text!r} is no IP address; {_EXPECTED}") from None
