"""Which flows lead where they should not any more: pure.

The kernel sends all packets of a flow where it sent the first. A UDP flow to an endpoint that is
gone goes on for as long as its client sends. And a UDP flow that was there before its frontend was,
never met our table. TCP and SCTP connections end by themselves, but who was never answered repeats
its question, and should not ask the dead again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from portico.engines.nftables.elements import L4Unit
from portico.engines.nftables.ledger import Turn
from portico.engines.nftables.networks import canonical
from portico.engines.nftables.seats import Seat, seats_of
from portico.plan.frontend import Frontend, NodePort, frontend_key, node_port_key
from portico.plan.key import Key
from portico.plan.machine import THIS, Machine
from portico.plan.pool import Pool
from portico.plan.transport import Transport, family_of


class Flow(NamedTuple):
    """What a client dialled and who answers, if ever; the rest is how conntrack names it."""

    transport: Transport
    dialled: Seat
    answers: Seat
    is_answered: bool
    family: int
    name: bytes


Gone = tuple[Transport, Seat]


@dataclass(frozen=True, slots=True)
class Suspects:
    """Where to look: endpoints that left, and what UDP clients dial, which is new or gone.

    `left` are those of UDP; of `lost`, flows that were never answered matter. Node ports have no
    address.
    """

    left: frozenset[Seat] = frozenset()
    opened: frozenset[Seat] = frozenset()
    closed: frozenset[Seat] = frozenset()
    lost: frozenset[Gone] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.left or self.opened or self.closed or self.lost)

    def __or__(self, other: "Suspects") -> "Suspects":
        """Both; what was closed before and is open again is no longer closed."""
        closed = (self.closed - other.opened) | other.closed
        opened, lost = self.opened | other.opened, self.lost | other.lost
        return Suspects(self.left | other.left, opened, closed, lost)


NO_SUSPECTS: Final = Suspects()


def suspects(turns: Iterable[Turn]) -> Suspects:
    """What a change of units may have left behind."""
    gone: set[Gone] = set()
    opened: set[Seat] = set()
    closed: set[Seat] = set()
    for old, new in turns:
        if isinstance(old, Pool):
            gone.update(_gone(old, new))
        if isinstance(old or new, Pool):
            continue
        before, after = _dialled(old), _dialled(new)
        opened.update(after)
        closed.update(before - after)
    left = frozenset(seat for transport, seat in gone if transport == Transport.UDP)
    lost = frozenset(one for one in gone if one[0] != Transport.UDP)
    return Suspects(left, frozenset(opened), frozenset(closed), lost)


def stale(flows: Iterable[Flow], units: Mapping[Key, L4Unit], where: Suspects) -> list[Flow]:
    """The flows to forget; their next packet is the first of a new one."""
    machine = units.get(THIS)
    nodes = machine.node_port_addresses if isinstance(machine, Machine) else ()
    return [flow for flow in flows if _is_stale(flow, units, nodes, where)]


def _is_stale(
    flow: Flow, units: Mapping[Key, L4Unit], nodes: tuple[str, ...], where: Suspects
) -> bool:
    address, port = flow.dialled
    is_udp, is_node = flow.transport == Transport.UDP, address in nodes
    if not is_udp and (flow.is_answered or (flow.transport, flow.answers) not in where.lost):
        return False
    unit = units.get(frontend_key(flow.transport, address, port))
    if not _is_open(unit) and is_node:
        unit = units.get(node_port_key(flow.transport, port))
    if isinstance(unit, Frontend | NodePort) and unit.forwardings:
        return flow.answers not in _endpoints(unit, address, units)
    # Nobody's any more. What was never ours has the answers of whom it dialled.
    was_ours = flow.dialled in where.closed or (is_node and Seat("", port) in where.closed)
    return is_udp and was_ours and flow.answers != flow.dialled


def _endpoints(unit: Frontend | NodePort, address: str, units: Mapping[Key, L4Unit]) -> set[Seat]:
    found: set[Seat] = set()
    for forwarding in unit.forwardings:
        if forwarding.family != family_of(address):
            continue
        for key in (forwarding.pool, forwarding.inside):
            pool = units.get(key) if key is not None else None
            if isinstance(pool, Pool):
                found.update(_canonical(seat) for seat in seats_of(pool.endpoints))
    return found


def _gone(old: Pool, new: L4Unit | None) -> Iterable[Gone]:
    """Who left; what speaks the PROXY protocol has connections of its own."""
    if old.proxy_protocol or old is new:
        return
    stay = seats_of(new.endpoints) if isinstance(new, Pool) else {}
    for seat in seats_of(old.endpoints):
        if seat not in stay:
            yield old.transport, _canonical(seat)


def _dialled(unit: L4Unit | None) -> set[Seat]:
    if not isinstance(unit, Frontend | NodePort) or unit.transport != Transport.UDP:
        return set()
    if not unit.forwardings:
        return set()
    address = canonical(unit.address) if isinstance(unit, Frontend) else ""
    return {Seat(address, unit.port)}


def _is_open(unit: L4Unit | None) -> bool:
    return isinstance(unit, Frontend | NodePort) and bool(unit.forwardings)


def _canonical(seat: Seat) -> Seat:
    return Seat(canonical(seat.address), seat.port)
