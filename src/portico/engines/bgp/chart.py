"""From the plan to the table of this node: its sessions, and what each router is told."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from portico.engines.bgp import wire
from portico.plan.bgp import EXTERNAL, INTERNAL, BfdTimes, BgpPeer, BgpRoute
from portico.plan.key import BGP_PEER, BGP_ROUTE, Key
from portico.plan.plan import Diff, Plan

DEFAULT_CONNECT: Final = 10


class Chart(NamedTuple):
    """Peers by their keys, and for each route what it is to each of them, by address."""

    peers: Mapping[Key, wire.Peer]
    routes: Mapping[Key, Mapping[str, wire.Route]]

    def table(self) -> wire.Table:
        """The same for every order of the plan."""
        told: dict[str, list[wire.Route]] = {peer.address: [] for peer in self.peers.values()}
        for key in sorted(self.routes):
            for address, route in self.routes[key].items():
                told[address].append(route)
        peers = tuple(sorted(self.peers.values(), key=lambda peer: peer.address))
        return wire.Table(peers, {each: tuple(told[each]) for each in sorted(told)})


def chart(plan: Plan, node: str, own_id: str) -> Chart:
    """What `node` does of the plan."""
    peers = {
        unit.key: _peer(unit, own_id)
        for unit in plan.values()
        if isinstance(unit, BgpPeer) and node in unit.nodes
    }
    routes = {
        unit.key: found
        for unit in plan.values()
        if isinstance(unit, BgpRoute) and (found := _told(unit, peers, node))
    }
    return Chart(peers, routes)


def moves_peers(hint: Diff) -> bool:
    """Whether other sessions are wanted, or may be."""
    return any(key.kind == BGP_PEER for key in (*hint.changed, *hint.removed))


def changed(known: Chart, hint: Diff, node: str) -> tuple[Chart, wire.Change | None]:
    """The chart after a hint that moves no peers, and what differs; None: nothing does."""
    routes = dict(known.routes)
    put: dict[str, list[wire.Route]] = {}
    drop: dict[str, list[str]] = {}
    for key in _routes_of(hint):
        unit = hint.changed.get(key)
        before = routes.pop(key, {})
        after = _told(unit, known.peers, node) if isinstance(unit, BgpRoute) else {}
        if after:
            routes[key] = after
        for address, route in after.items():
            if before.get(address) != route:
                put.setdefault(address, []).append(route)
        for address in before.keys() - after.keys():
            drop.setdefault(address, []).append(before[address].prefix)
    change = wire.Change(
        "",
        "",
        {address: tuple(found) for address, found in put.items()},
        {address: tuple(found) for address, found in drop.items()},
    )
    return Chart(known.peers, routes), change if put or drop else None


def _routes_of(hint: Diff) -> Iterator[Key]:
    return (key for key in (*hint.changed, *hint.removed) if key.kind == BGP_ROUTE)


def _told(unit: BgpRoute, peers: Mapping[Key, wire.Peer], node: str) -> Mapping[str, wire.Route]:
    """By the address of each peer that is told. Other ASes are told no local preference."""
    found = {}
    for key, peer in peers.items():
        telling = unit.told(node, key)
        if telling is not None:
            is_internal = not peer.is_external or peer.remote == EXTERNAL
            found[peer.address] = wire.Route(
                prefix=unit.prefix,
                local_pref=telling.local_pref or None if is_internal else None,
                communities=telling.communities,
                large=telling.large,
            )
    return found


def _peer(unit: BgpPeer, own_id: str) -> wire.Peer:
    return wire.Peer(
        address=unit.address,
        local=unit.local_as,
        remote=INTERNAL if unit.is_internal else unit.remote,
        router_id=unit.router_id or own_id,
        port=unit.port,
        source=unit.source,
        hold=unit.hold,
        keepalive=unit.keepalive,
        connect=unit.connect or DEFAULT_CONNECT,
        password=unit.password.text if unit.password else "",
        multihop=unit.multihop,
        families=tuple(sorted(family.value for family in unit.families)),
        graceful=unit.graceful,
        device=unit.vrf,
        passive=unit.passive,
        listen=unit.listen,
        bfd=None if unit.bfd is None else _bfd(unit.bfd),
    )


def _bfd(times: BfdTimes) -> wire.Bfd:
    return wire.Bfd(
        transmit=times.transmit,
        receive=times.receive,
        multiplier=times.multiplier,
        passive=times.passive,
        minimum_ttl=times.minimum_ttl,
    )
