"""What is said of an address and port that lead to no pool."""

from typing import Final

from portico.explain.packet import Packet
from portico.explain.packet_answer import End, PacketAnswer, Standing
from portico.plan.frontend import Frontend
from portico.plan.health_port import HealthPort, health_port_key
from portico.plan.listener import HTTP, HTTPS, Listener
from portico.plan.machine import Machine
from portico.plan.plan import Plan
from portico.plan.transport import Transport
from portico.settings import Entry

_EVERYWHERE: Final = {4: "0.0.0.0", 6: "::"}  # noqa: S104  # compared with, not bound to


def elsewhere(
    plan: Plan, machine: Machine, packet: Packet, standing: Standing, *, is_wanted: bool = False
) -> PacketAnswer:
    """It may still be answered: a wrong port of a cluster IP is, and so is what we listen on.

    Wanted is an address and port that somebody has asked for in vain.
    """
    answering = _answering(plan, machine, packet)
    if answering:
        return PacketAnswer(
            End.ANSWERED, standing, _what_it_answers(answering), answered_by=answering
        )
    known = _forwarded(plan, str(packet.address))
    if _is_here(machine, packet):
        why = "an address of this machine, but Portico has nothing at this port"
    elif any(unit.entry is Entry.CLUSTER_IP for unit in known):
        return PacketAnswer(End.REJECTED, standing, "no Service has this port at its cluster IP")
    elif known:
        ports = ", ".join(sorted({f"{unit.transport} {unit.port}" for unit in known}))
        why = f"of this address Portico forwards {ports} only"
    elif is_wanted:
        why = "nobody who asked for this address is served"
    else:
        why = "nobody asked Portico for this address"
    return PacketAnswer(End.NOT_SERVED, standing, why)


def _answering(plan: Plan, machine: Machine, packet: Packet) -> Listener | HealthPort | None:
    if packet.transport is not Transport.TCP:
        return None
    if str(packet.address) in machine.node_port_addresses:
        health = plan.get(health_port_key(packet.port))
        if isinstance(health, HealthPort):
            return health
    if not _is_here(machine, packet):
        return None
    for key in (HTTP, HTTPS):
        listener = plan.get(key)
        if isinstance(listener, Listener) and _listens(listener, packet):
            return listener
    return None


def _listens(listener: Listener, packet: Packet) -> bool:
    places = {_EVERYWHERE[packet.address.version], str(packet.address)}
    return listener.port == packet.port and not places.isdisjoint(listener.addresses)


def _is_here(machine: Machine, packet: Packet) -> bool:
    return str(packet.address) in machine.addresses or packet.address.is_loopback


def _what_it_answers(answering: Listener | HealthPort) -> str:
    if isinstance(answering, Listener):
        return f"the HTTP engine, for every host; see portico explain {answering.key.name}://HOST/"
    return f"load balancers ask here for endpoints of {answering.service} on this node"


def _forwarded(plan: Plan, address: str) -> list[Frontend]:
    frontends = (unit for unit in plan.values() if isinstance(unit, Frontend))
    return [unit for unit in frontends if unit.address == address and unit.forwarding]
