"""The nodes at which a Service is reached at its node port, for layer 4 and for HTTP alike."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from portico.compiler.address import is_loopback
from portico.compiler.look import Look
from portico.compiler.machine_addresses import machine_of
from portico.compiler.nodes import node_address, node_flaw
from portico.model.core import NODES, Node
from portico.model.local import Health, healths_at
from portico.plan.backend import Endpoint, LeftOut
from portico.plan.key import Origin
from portico.plan.transport import Family

THIS_VERY_MACHINE: Final = "its address is this machine's: the kernel translates packets only once"
_SPELLED: Final[Mapping[Family | None, str]] = {
    Family.IPV4: "IPv4 address",
    Family.IPV6: "IPv6 address",
    None: "address",
}


class NodesFound(NamedTuple):
    """Nodes that get new connections, and those that do not."""

    endpoints: tuple[Endpoint, ...]
    left_out: tuple[LeftOut, ...]


def nodes_at(
    node_port: int, check_port: int, look: Look, family: Family | None = None
) -> NodesFound:
    """Each address once, in a stable order.

    With a family, packets are sent there by the kernel. Without one a program connects, to the
    first address that a node names.
    """
    fit = look.shared(_fit_nodes, check_port, family)
    endpoints = []
    left_out = list(fit.left_out)
    for place in fit.places:
        if reason := place.failed.get(node_port):
            left_out.append(LeftOut(place.origin.ref.name, place.origin, reason))
        else:
            endpoints.append(Endpoint(place.address, node_port, place.origin))
    return NodesFound(tuple(endpoints), tuple(left_out))


class _Place(NamedTuple):
    address: str
    origin: Origin
    failed: Mapping[int, str]


class _Fit(NamedTuple):
    places: tuple[_Place, ...]
    left_out: tuple[LeftOut, ...]


def _fit_nodes(look: Look, check_port: int, family: Family | None) -> _Fit:
    """Those that would do for any node port, but for their failed ones."""
    healths = {found.metadata.name: found for found in look.group(Health, healths_at(check_port))}
    machine = machine_of(look) if family else None
    own = frozenset(machine.addresses if machine else ())
    places: dict[str, _Place] = {}
    left_out = []
    for node in look.group(Node, NODES):
        name = node.metadata.name
        place = node_address(node, family)
        if place is None:
            reason = node_flaw(node) or f"the node has no {_SPELLED[family]}"
            left_out.append(LeftOut(name, Origin(node.ref, ""), reason))
            continue
        address, origin = place
        health = healths.get(f"{name}/{check_port}")
        is_own = family is not None and (address in own or is_loopback(address))
        if reason := node_flaw(node) or (THIS_VERY_MACHINE if is_own else _illness(health)):
            left_out.append(LeftOut(name, origin, reason))
        else:
            failed = {found.port: found.reason for found in health.failed_ports} if health else {}
            places.setdefault(address, _Place(address, origin, failed))
    return _Fit(tuple(places[address] for address in sorted(places)), tuple(left_out))


def _illness(health: Health | None) -> str:
    """What its checks found; who has not been asked yet is well, so that a start is no outage."""
    if health is None or health.healthy:
        return ""
    return health.reason or "the node is not healthy"
