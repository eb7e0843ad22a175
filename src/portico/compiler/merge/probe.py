"""Claims on the health of one node -> Probe: as quick and as strict as the strictest asks."""

from collections.abc import Sequence

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.merge.blank import blank_probe
from portico.compiler.nodes import node_address
from portico.compiler.wants_l4 import ProbeWant
from portico.model.core import Node
from portico.plan.key import Key
from portico.plan.probe import Probe


def merge_probe(key: Key, claims: Sequence[Claim], look: Look) -> Probe:
    """Claims come oldest first; the oldest says which path is asked for."""
    wants = [claim.want for claim in claims if isinstance(claim.want, ProbeWant)]
    ref = blank_probe(claims[0]).node
    node = look.get(Node, ref.namespace, ref.name)
    place = node_address(node) if node else None
    tried = {number for want in wants for number in want.connect_ports}
    return Probe(
        key,
        ref,
        place[0] if place else "",
        wants[0].port,
        wants[0].path,
        min(want.interval for want in wants),
        min(want.timeout for want in wants),
        min(want.healthy for want in wants),
        min(want.unhealthy for want in wants),
        tuple(sorted(tried)),
    )
