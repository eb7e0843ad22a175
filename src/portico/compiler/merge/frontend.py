"""Claims on one address and port -> Frontend: the first Service wins, the others are refused."""

from collections.abc import Sequence
from dataclasses import replace

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.merge.blank import blank_frontend
from portico.compiler.merge.occupied import machine_of, occupants, occupies
from portico.compiler.wants_l4 import FrontendWant
from portico.plan.frontend import Frontend
from portico.plan.key import Key
from portico.plan.verdict import Because, Refusal
from portico.settings import Entry


def merge_frontend(_key: Key, claims: Sequence[Claim], look: Look) -> Frontend:
    """Claims come oldest first."""
    wants = [claim.want for claim in claims if isinstance(claim.want, FrontendWant)]
    winner = wants[0]
    refused = tuple(
        Refusal(want.origin, Because.ADDRESS_TAKEN, str(winner.origin)) for want in wants[1:]
    )
    frontend = blank_frontend(claims[0])
    if who := _occupant(winner, look):
        told = Refusal(winner.origin, Because.PORT_OCCUPIED, who)
        return replace(frontend, refused=(told, *refused))
    return replace(frontend, forwarding=winner.forwarding, refused=refused)


def _occupant(want: FrontendWant, look: Look) -> str:
    """Packets to an address that is not this machine's reach no program here."""
    if want.entry is Entry.CLUSTER_IP:
        return ""
    for who, bound in occupants(want.transport, want.port, look):
        machine = machine_of(look)
        if machine and want.address in machine.addresses and occupies(bound, want.address):
            return f"{who} has {want.transport} port {want.port}"
    return ""
