"""What the status of an OpenELB BgpPeer says of sessions: as OpenELB tells it, but no password."""

from collections.abc import Mapping
from typing import Final

from portico.kube.api.resource import Resource
from portico.model.openelb import GROUP, BgpPeer
from portico.model.ref import Ref
from portico.plan import bgp
from portico.plan.plan import Plan
from portico.plan.spoken import Session, Spoken

PEERS: Final = Resource(GROUP, "v1alpha2", "bgppeers", "BgpPeer", namespaced=False)

STATES: Final = {"up": "ESTABLISHED", "down": "ACTIVE", "held": "IDLE"}
"""As GoBGP calls them, whose words OpenELB repeats."""

NONE: Final = Session("down")


def peers_told(plan: Plan, spoken: Spoken) -> dict[Ref, Mapping[str, object]]:
    """Of every BgpPeer that this node speaks to, what is told of it."""
    return {
        unit.peer: _told(unit, spoken.sessions.get(unit.address, NONE))
        for unit in plan.values()
        if isinstance(unit, bgp.BgpPeer)
        and unit.peer.kind == BgpPeer.KIND
        and spoken.node in unit.nodes
    }


def patch(node: str, told: Mapping[str, object] | None) -> Mapping[str, object]:
    """What one node says, beside what others say; None takes it back."""
    return {"status": {"nodesPeerStatus": {node: told}}}


def _told(unit: bgp.BgpPeer, session: Session) -> Mapping[str, object]:
    return {
        "peerState": {
            "neighborAddress": unit.address,
            "localAs": unit.local_as,
            "peerAs": unit.remote,
            "sessionState": STATES[session.state],
        }
    }
