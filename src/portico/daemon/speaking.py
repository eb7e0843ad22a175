"""Which routers are told what, and how the sessions with them are."""

from collections.abc import Mapping
from typing import Protocol

from portico.daemon.announcing import address_of
from portico.explain.bgp import route_told, routes_told, told_document, told_lines
from portico.explain.question import Question
from portico.plan.bgp import BgpPeer, BgpRoute
from portico.plan.plan import Plan
from portico.plan.spoken import Session, Spoken


class Speaker(Protocol):
    """Who speaks to routers on this node."""

    async def spoken(self) -> Spoken: ...


async def said_by(speaker: Speaker | None) -> Spoken | None:
    """None where nobody speaks to routers here."""
    return None if speaker is None else await speaker.spoken()


def with_routes(
    found: Mapping[str, object], plan: Plan, question: Question, spoken: Spoken | None
) -> Mapping[str, object]:
    """An explanation; of an address that is in a route, also who is told of that."""
    address = address_of(question)
    if spoken is None or not address:
        return found
    routes = routes_told(plan, address, spoken)
    if not routes:
        return found
    text = found["text"]
    assert isinstance(text, list)
    lines = [*text, *(line for route in routes for line in told_lines(route))]
    return {**found, "routes": [told_document(route) for route in routes], "text": lines}


def speaking_status(plan: Plan, spoken: Spoken | None) -> Mapping[str, object]:
    """Every session of this node, and every route. No password."""
    if spoken is None:
        return {}
    peers = sorted(
        (unit for unit in plan.values() if isinstance(unit, BgpPeer)), key=lambda unit: unit.key
    )
    routes = sorted(
        (unit for unit in plan.values() if isinstance(unit, BgpRoute)), key=lambda unit: unit.key
    )
    return {
        "node": spoken.node,
        "sessions": [
            _session(peer, spoken.sessions.get(peer.address))
            for peer in peers
            if spoken.node in peer.nodes
        ],
        "routes": [told_document(route_told(plan, route, spoken)) for route in routes],
    }


def _session(peer: BgpPeer, found: Session | None) -> Mapping[str, object]:
    path = found.path if found else None
    return {
        "peer": str(peer.peer),
        "address": peer.address,
        "localAS": peer.local_as,
        "remoteAS": peer.remote,
        "state": found.state if found else "down",
        "reason": found.reason if found else "",
        "prefixes": found.prefixes if found else 0,
        "bfd": None if path is None else {"state": path.state, "trouble": path.trouble},
    }
