"""Claims on one health check node port -> HealthPort."""

from collections.abc import Sequence
from dataclasses import replace

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.merge.blank import blank_health_port
from portico.compiler.merge.candidates import Wanted, candidates_of
from portico.compiler.wants_l4 import HealthPortWant
from portico.plan.health_port import HealthPort
from portico.plan.key import Key
from portico.plan.verdict import Because, Refusal


def merge_health_port(_key: Key, claims: Sequence[Claim], look: Look) -> HealthPort:
    """Claims come oldest first. Terminating endpoints do not count (KEP-1669), though they are
    used: whoever asks is to go elsewhere in time.
    """
    wants = [claim.want for claim in claims if isinstance(claim.want, HealthPortWant)]
    winner = wants[0]
    refused = tuple(
        Refusal(want.origin, Because.NODE_PORT_TAKEN, str(winner.origin)) for want in wants[1:]
    )
    found = len(_local_addresses(winner, look))
    return replace(blank_health_port(claims[0]), local_endpoints=found, refused=refused)


def _local_addresses(want: HealthPortWant, look: Look) -> set[str]:
    node = look.settings.node_name
    return {
        candidate.address
        for name, transport in want.ports
        for candidate in candidates_of(
            Wanted(want.service, name, transport, want.publishes_not_ready), look
        ).candidates
        if candidate.is_ready and candidate.node == node
    }
