"""The table as the speaker keeps it: routes by peer and prefix, so that one can change alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portico.engines.bgp.wire import Change, Peer, Route, Table

Routes = Mapping[str, Mapping[str, Route]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Peers by address, their routes by prefix, and who must have no session now."""

    peers: Mapping[str, Peer] = field(default_factory=dict)
    routes: Routes = field(default_factory=dict)
    held: frozenset[str] = frozenset()

    def spoken_to(self) -> dict[str, Peer]:
        """The peers that are not held."""
        return {address: peer for address, peer in self.peers.items() if address not in self.held}

    def routes_of(self, peer: Peer) -> Mapping[str, Route]:
        """What a peer is told: only families that its session carries."""
        routes = self.routes.get(peer.address, {})
        if {"ipv4", "ipv6"} <= set(peer.families):
            return routes
        is_ipv6 = "ipv6" in peer.families
        return {prefix: each for prefix, each in routes.items() if (":" in prefix) == is_ipv6}


def wanted(table: Table) -> tuple[dict[str, Peer], dict[str, dict[str, Route]]]:
    """Peers and routes of a whole table."""
    peers = {peer.address: peer for peer in table.peers}
    routes = {
        address: {route.prefix: route for route in routes}
        for address, routes in table.routes.items()
    }
    return peers, routes


def changed(routes: Routes, change: Change) -> dict[str, Mapping[str, Route]]:
    """The routes after a change; peers that it does not name keep their very mapping."""
    after = dict(routes)
    for peer in change.put.keys() | change.drop.keys():
        known = dict(routes.get(peer, {}))
        for prefix in change.drop.get(peer, ()):
            known.pop(prefix, None)
        known.update((route.prefix, route) for route in change.put.get(peer, ()))
        after[peer] = known
    return after
