"""Walks the plan as a packet would: address, source ranges, inside or outside, pool, endpoints.

The same walk as the kernel takes through the table of engines/nftables; the cases below
tests/cases/l4 ask both, and expect one answer.
"""

from dataclasses import replace
from typing import Final

from portico.explain.arrivals import arrivals
from portico.explain.elsewhere import elsewhere
from portico.explain.lost import lost_claims
from portico.explain.packet import Address, Packet
from portico.explain.packet_answer import Client, End, PacketAnswer, Standing
from portico.plan.frontend import Forwarding, Frontend, NodePort, frontend_key, node_port_key
from portico.plan.key import Key
from portico.plan.machine import THIS, Machine
from portico.plan.plan import Plan
from portico.plan.pool import Pool, Void
from portico.settings import Network

_NO_MACHINE: Final = Machine(THIS)

_SOMEBODY: Final = Standing(Client.OUTSIDE)


def follow(plan: Plan, packet: Packet) -> PacketAnswer:
    """What would become of this packet if it came now."""
    machine = _machine(plan)
    standing = _standing(machine, packet.client)
    entrance = _entrance(plan, machine, packet)
    lost = lost_claims(plan, machine, packet, entrance)
    forwarding = _forwarding(entrance, packet)
    if entrance is None or forwarding is None:
        found = elsewhere(plan, machine, packet, standing, is_wanted=bool(lost))
        return replace(found, lost=lost)
    found = PacketAnswer(End.DROPPED, standing, entrance=entrance, forwarding=forwarding, lost=lost)
    if forwarding.sources is not None:
        found = replace(found, let_in_by=_range_of(forwarding.sources, packet.client))
        if found.let_in_by is None:
            return replace(found, why="no source range holds the client")
    return _spread(plan, packet, found)


def _spread(plan: Plan, packet: Packet, found: PacketAnswer) -> PacketAnswer:
    forwarding = found.forwarding
    assert forwarding
    is_short_cut = forwarding.inside is not None and found.standing.client is not Client.OUTSIDE
    pool = _pool(plan, (is_short_cut and forwarding.inside) or forwarding.pool)
    found = replace(found, is_short_cut=is_short_cut, pool=pool)
    if pool.endpoints:
        got = arrivals(pool, forwarding.masquerade, found.standing)
        return replace(found, end=End.FORWARDED, arrivals=got)
    if pool.void is Void.DROP:
        return replace(found, end=End.DROPPED, why="nobody here may get it, only others elsewhere")
    return replace(found, end=End.REJECTED, why="nobody is there to get it")


def _entrance(plan: Plan, machine: Machine, packet: Packet) -> Frontend | NodePort | None:
    """An address with its port comes before a port on all addresses, as in the kernel."""
    address = str(packet.address)
    frontend = plan.get(frontend_key(packet.transport, address, packet.port))
    if isinstance(frontend, Frontend) and frontend.forwarding:
        return frontend
    if address not in machine.node_port_addresses:
        return None
    node_port = plan.get(node_port_key(packet.transport, packet.port))
    return node_port if isinstance(node_port, NodePort) else None


def _forwarding(entrance: Frontend | NodePort | None, packet: Packet) -> Forwarding | None:
    forwardings = entrance.forwardings if entrance else ()
    return next((each for each in forwardings if each.family is packet.family), None)


def _standing(machine: Machine, address: Address | None) -> Standing:
    if address is None:
        return _SOMEBODY
    pods = _range_of(machine.pods, address)
    if address.is_loopback or str(address) in machine.addresses:
        return Standing(Client.THIS_MACHINE, address, pods)
    return Standing(Client.POD if pods else Client.OUTSIDE, address, pods)


def _range_of(ranges: tuple[Network, ...], client: Address | None) -> Network | None:
    """The range that holds the client; somebody unknown is held by a range of everybody only."""
    if client is None:
        return next((each for each in ranges if each.prefixlen == 0), None)
    return next((each for each in ranges if client in each), None)


def _machine(plan: Plan) -> Machine:
    machine = plan.get(THIS, _NO_MACHINE)
    assert isinstance(machine, Machine)
    return machine


def _pool(plan: Plan, key: Key) -> Pool:
    pool = plan[key]
    assert isinstance(pool, Pool), key
    return pool
