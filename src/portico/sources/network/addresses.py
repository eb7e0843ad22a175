"""The addresses of this machine that others can use, and the primary one of each family."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from portico.model.local import Machine, machine
from portico.plan.transport import Family, family_of
from portico.sources.network import interfaces

# Nothing is ever sent there. Addresses that nobody has, and that documentation and test networks
# do not use either, so that only the default route leads to them.
_FAR: Final = {
    Family.IPV4: (socket.AF_INET, "240.0.0.1"),
    Family.IPV6: (socket.AF_INET6, "2000::1"),
}


def this_machine() -> Machine:
    """The fact; where the kernel tells no addresses, those that packets would leave with."""
    try:
        found = [str(a) for a in interfaces.addresses() if is_reachable(a)]
    except OSError:
        found = [source for family in Family if (source := _source_of_default_route(family))]
    return machine_of(list(dict.fromkeys(found)), _source_of_default_route)


def machine_of(found: Sequence[str], source_of: Callable[[Family], str] = lambda _: "") -> Machine:
    """The fact of some addresses; `source_of` tells the source of the default route, or nothing."""
    primary = []
    for family in Family:
        candidates = [address for address in found if family_of(address) is family]
        source = source_of(family)
        if candidates:
            primary.append(source if source in candidates else candidates[0])
    return machine(addresses=tuple(sorted(found)), primary=tuple(primary))


def is_reachable(address: IPv4Address | IPv6Address) -> bool:
    """Whether others can reach it, as far as the address tells."""
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)


def _source_of_default_route(family: Family) -> str:
    """As `ip route get`: to connect a UDP socket sends nothing, but chooses a source."""
    kind, far = _FAR[family]
    try:
        with socket.socket(kind, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            source: str = probe.getsockname()[0]
            return source
    except OSError:
        return ""
