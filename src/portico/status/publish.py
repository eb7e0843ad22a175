"""What is to be published, as the command line says it, and what an address is there."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from portico.kube.api.told import Key

ELECTION: Final = "portico-leader"
"""Not that of the retired controller: the two may run side by side for a while."""


class Address(NamedTuple):
    """One entry of `status.loadBalancer.ingress`: an IP address or a host name."""

    ip: str = ""
    hostname: str = ""

    def __str__(self) -> str:
        return self.ip or self.hostname


Addresses = tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Publish:
    """Where the addresses are from: these, or those of a Service, or those of our nodes."""

    is_on: bool = True
    addresses: Addresses = ()
    service: Key | None = None
    by_internal_ip: bool = False
    clears_on_exit: bool = True
    election: str = ELECTION

    @property
    def by_nodes(self) -> bool:
        """Whether nothing was said."""
        return not self.addresses and self.service is None


def address_of(text: str) -> Address:
    """What can be read as an IP address is one."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return Address(hostname=text)
    return Address(ip=text)


def in_order(addresses: Iterable[Address]) -> Addresses:
    """By host name, then by IP address, as texts: so the retired controller has them.

    Two controllers that publish the same must write the same, or each of them would write again.
    """
    return tuple(sorted(set(addresses), key=lambda each: (each.hostname, each.ip)))
