"""Claims on one port of the node port addresses -> NodePort."""

from collections.abc import Sequence
from dataclasses import replace

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.machine_addresses import node_port_addresses
from portico.compiler.merge.blank import blank_node_port
from portico.compiler.merge.occupied import occupant
from portico.compiler.wants_l4 import NodePortWant
from portico.plan.frontend import NodePort
from portico.plan.key import Key
from portico.plan.verdict import Because, Refusal


def merge_node_port(_key: Key, claims: Sequence[Claim], look: Look) -> NodePort:
    """Claims come oldest first, but a port that was given away already is not free to be named.

    Before all goes a health check: load balancers would take any other answer for an error.
    """
    wants = sorted(claims, key=_precedence)
    winner = wants[0].want
    assert isinstance(winner, NodePortWant)
    refused = tuple(
        Refusal(want.origin, Because.NODE_PORT_TAKEN, str(winner.origin))
        for claim in wants[1:]
        if isinstance(want := claim.want, NodePortWant) and want.forwardings
    )
    node_port = blank_node_port(wants[0])
    if winner.forwardings and (who := _occupant(winner, look)):
        told = Refusal(winner.origin, Because.PORT_OCCUPIED, who)
        return replace(node_port, refused=(told, *refused))
    return replace(node_port, forwardings=winner.forwardings, refused=refused)


def _precedence(claim: Claim) -> tuple[bool, bool]:
    want = claim.want
    assert isinstance(want, NodePortWant)
    return bool(want.forwardings), not want.is_leased


def _occupant(want: NodePortWant, look: Look) -> str:
    settings = look.settings
    return occupant(want.transport, want.port, look, lambda m: node_port_addresses(m, settings))
