"""Which UDP flows lead where they should not any more: pure.

The kernel sends all packets of a flow where it sent the first. TCP connections end by themselves;
a UDP flow to an endpoint that is gone goes on for as long as its client sends. And a flow that was
there before its frontend was, never met our table.
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
    """What a client dialled and who answers; the rest is how conntrack names it."""

    dialled: Seat
    answers: Seat
    family: int
    name: bytes


@dataclass(frozen=True, slots=True)
class Suspects:
    """Where to look: endpoints that left, and what clients dial, which is new or gone.

    Node ports have no address.
    """

    left: frozenset[Seat]
    opened: frozenset[Seat]
    closed: frozenset[Seat]

    def __bool__(self) -> bool:
        return bool(self.left or self.opened or self.closed)

    def __or__(self, other: "Suspects") -> "Suspects":
        """Both; what was closed before and is open again is no longer closed."""
        closed = (self.closed - other.opened) | other.closed
        return Suspects(self.left | other.left, self.opened | other.opened, closed)


NO_SUSPECTS: Final = Suspects(frozenset(), frozenset(), frozenset())


def suspects(turns: Iterable[Turn]) -> Suspects:
    """What a change of units may have left behind."""
    left: set[Seat] = set()
    opened: set[Seat] = set()
    closed: set[Seat] = set()
    for old, new in turns:
        if isinstance(old, Pool) and old.transport == Transport.UDP:
            stay = seats_of(new.endpoints) if isinstance(new, Pool) else {}
            left.update(_canonical(seat) for seat in seats_of(old.endpoints) if seat not in stay)
        before, after = _dialled(old), _dialled(new)
        opened.update(after)
        closed.update(before - after)
    return Suspects(frozenset(left), frozenset(opened), frozenset(closed))


def stale(
    flows: Iterable[Flow], units: Mapping[Key, L4Unit], closed: frozenset[Seat]
) -> list[Flow]:
    """The flows to forget; their next packet is the first of a new one."""
    machine = units.get(THIS)
    nodes = machine.node_port_addresses if isinstance(machine, Machine) else ()
    return [flow for flow in flows if _is_stale(flow, units, nodes, closed)]


def _is_stale(
    flow: Flow, units: Mapping[Key, L4Unit], nodes: tuple[str, ...], closed: frozenset[Seat]
) -> bool:
    address, port = flow.dialled
    is_node = address in nodes
    unit = units.get(frontend_key(Transport.UDP, address, port))
    if not _dialled(unit) and is_node:
        unit = units.get(node_port_key(Transport.UDP, port))
    if isinstance(unit, Frontend | NodePort) and unit.forwardings:
        return flow.answers not in _endpoints(unit, address, units)
    # Nobody's any more. What was never ours has the answers of whom it dialled.
    was_ours = flow.dialled in closed or (is_node and Seat("", port) in closed)
    return was_ours and flow.answers != flow.dialled


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


def _dialled(unit: L4Unit | None) -> set[Seat]:
    if not isinstance(unit, Frontend | NodePort) or unit.transport != Transport.UDP:
        return set()
    if not unit.forwardings:
        return set()
    address = canonical(unit.address) if isinstance(unit, Frontend) else ""
    return {Seat(address, unit.port)}


def _canonical(seat: Seat) -> Seat:
    return Seat(canonical(seat.address), seat.port)
