"""Which routers are told of an address, by which nodes, and why not by the others."""

import ipaddress
from collections.abc import Iterator
from typing import Final, NamedTuple

from portico.explain.lines import line
from portico.plan.bgp import BgpPeer, BgpRoute, Nodes
from portico.plan.document_parts import left_out_documents
from portico.plan.plan import Plan
from portico.plan.spoken import Session, Spoken

NOT_OURS: Final = Session("", "this node has no session with it")


class Router(NamedTuple):
    """One router that is told, by whom, and how the session of this node with it is."""

    peer: BgpPeer
    nodes: Nodes
    is_told_here: bool
    session: Session


class RouteTold(NamedTuple):
    """One prefix."""

    route: BgpRoute
    routers: tuple[Router, ...]


def routes_told(plan: Plan, address: str, spoken: Spoken) -> list[RouteTold]:
    """Every route that an address is in, the narrowest first."""
    wanted = ipaddress.ip_address(address)
    networks = [
        (ipaddress.ip_network(unit.prefix), unit)
        for unit in plan.values()
        if isinstance(unit, BgpRoute)
    ]
    found = [unit for net, unit in networks if wanted.version == net.version and wanted in net]
    found.sort(key=lambda unit: -int(unit.prefix.rpartition("/")[2]))
    return [route_told(plan, unit, spoken) for unit in found]


def route_told(plan: Plan, route: BgpRoute, spoken: Spoken) -> RouteTold:
    """Routers in the order of their names."""
    peers = [unit for unit in plan.values() if isinstance(unit, BgpPeer)]
    routers = []
    for peer in sorted(peers, key=lambda peer: peer.key):
        nodes = _nodes(route, peer)
        if nodes.names or nodes.is_open:
            is_told = spoken.node in nodes
            session = spoken.sessions.get(peer.address, NOT_OURS) if is_told else NOT_OURS
            routers.append(Router(peer, nodes, is_told, session))
    return RouteTold(route, tuple(routers))


def told_lines(found: RouteTold) -> Iterator[str]:
    """For people."""
    yield line("route", found.route.prefix)
    for one in found.routers:
        nodes = "any node" if one.nodes.is_open else ", ".join(one.nodes.names)
        here = f"; from here: {_state(one.session)}" if one.is_told_here else ""
        yield line("told", f"{one.peer.peer} ({one.peer.address}) by {nodes}{here}")
    if not found.routers:
        yield line("told", "to nobody")
        for refusal in found.route.refused[:1]:
            yield line("because", refusal.detail)
    for left in found.route.passed_over:
        yield line("passed over", f"{left.who}: {left.reason}  <- {left.origin}")


def told_document(found: RouteTold) -> dict[str, object]:
    """For programs."""
    return {
        "prefix": found.route.prefix,
        "services": [str(service) for service in found.route.services],
        "routers": [
            {
                "peer": str(one.peer.peer),
                "address": one.peer.address,
                "nodes": ["(any)"] if one.nodes.is_open else list(one.nodes.names),
                "fromHere": one.session.state if one.is_told_here else None,
            }
            for one in found.routers
        ],
        "passedOver": left_out_documents(found.route.passed_over),
    }


def _state(session: Session) -> str:
    return f"{session.state or 'none'}{f' ({session.reason})' if session.reason else ''}"


def _nodes(route: BgpRoute, peer: BgpPeer) -> Nodes:
    """Who tells that router: nodes of a telling that have a session with it."""
    telling = [one.nodes for one in route.tellings if peer.key in one.peers]
    if peer.nodes.is_open:
        names = {name for nodes in telling for name in nodes.names}
        return Nodes(tuple(sorted(names)), is_open=any(nodes.is_open for nodes in telling))
    return Nodes(tuple(name for name in peer.nodes.names if any(name in each for each in telling)))
