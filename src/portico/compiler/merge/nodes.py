"""The nodes at which a Service is reached at its node port, for layer 4 and for HTTP alike."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from portico.compiler.look import Look
from portico.compiler.nodes import node_address, node_flaw
from portico.model.core import NODES, Node
from portico.model.local import Health
from portico.plan.backend import Endpoint
from portico.plan.key import Origin
from portico.plan.pool import LeftOut
from portico.plan.probe import probe_key
from portico.plan.transport import Family

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
    """Each address once, in a stable order; without a family, at the first address of a node."""
    found: dict[str, Endpoint] = {}
    left_out = []
    for node in look.group(Node, NODES):
        place = node_address(node, family)
        if place is None:
            reason = node_flaw(node) or f"the node has no {_SPELLED[family]}"
            left_out.append(LeftOut(node.metadata.name, Origin(node.ref, ""), reason))
            continue
        address, origin = place
        if reason := node_flaw(node) or _illness(node.metadata.name, node_port, check_port, look):
            left_out.append(LeftOut(node.metadata.name, origin, reason))
        else:
            found.setdefault(address, Endpoint(address, node_port, origin))
    return NodesFound(tuple(found[address] for address in sorted(found)), tuple(left_out))


def _illness(node: str, node_port: int, check_port: int, look: Look) -> str:
    """What its checks found; who has not been asked yet is well, so that a start is no outage."""
    health = look.get(Health, "", probe_key(node, check_port).name)
    if health is None:
        return ""
    if not health.healthy:
        return health.reason or "the node is not healthy"
    failed = (found.reason for found in health.failed_ports if found.port == node_port)
    return next(failed, "")
