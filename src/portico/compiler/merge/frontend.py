"""Claims on one address and port -> Frontend: the first Service wins, the others are refused."""

from collections.abc import Sequence

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.merge.occupied import occupant
from portico.compiler.wants_l4 import FrontendWant
from portico.plan.frontend import Forwarding, Frontend
from portico.plan.key import Key
from portico.plan.verdict import Because, Refusal
from portico.settings import Entry


def merge_frontend(key: Key, claims: Sequence[Claim], look: Look) -> Frontend:
    """Claims come oldest first."""
    wants = [claim.want for claim in claims if isinstance(claim.want, FrontendWant)]
    winner = wants[0]
    refused = tuple(
        Refusal(want.origin, Because.ADDRESS_TAKEN, str(winner.origin)) for want in wants[1:]
    )
    forwarding: Forwarding | None = winner.forwarding
    if who := _occupant(winner, look):
        forwarding = None
        refused = (Refusal(winner.origin, Because.PORT_OCCUPIED, who), *refused)
    return Frontend(
        key,
        winner.entry,
        winner.address,
        winner.port,
        winner.transport,
        winner.service,
        winner.port,
        forwarding,
        winner.origin,
        refused,
    )


def _occupant(want: FrontendWant, look: Look) -> str:
    """Packets to an address that is not this machine's reach no program here."""
    if want.entry is Entry.CLUSTER_IP:
        return ""
    here = {want.address}
    return occupant(want.transport, want.port, look, lambda m: here.intersection(m.addresses))
