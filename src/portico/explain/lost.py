"""Who else wanted an address, and why they do not have it."""

from collections.abc import Iterator

from portico.explain.packet import Packet
from portico.plan.frontend import Frontend, NodePort, frontend_key, node_port_key
from portico.plan.health_port import health_port_key
from portico.plan.key import Key
from portico.plan.machine import Machine
from portico.plan.plan import Plan
from portico.plan.transport import Transport
from portico.plan.verdict import Outcome, Refusal


def lost_claims(
    plan: Plan, machine: Machine, packet: Packet, entrance: Frontend | NodePort | None
) -> tuple[Refusal, ...]:
    """What was refused of this address and port, in any transport, or of the Service behind it."""
    forwardings = entrance.forwardings if entrance else ()
    pools = {key for each in forwardings for key in (each.pool, each.inside)}
    ways = frozenset(_ways(machine, packet))
    found: dict[Refusal, None] = {}
    for unit in plan.values():
        if isinstance(unit, Outcome):
            concerns = not ways.isdisjoint((*unit.asked, *unit.mentioned))
        else:
            concerns = unit.key in ways or unit.key in pools
        if concerns:
            found |= dict.fromkeys(unit.refused)
    return tuple(found)


def _ways(machine: Machine, packet: Packet) -> Iterator[Key]:
    """All units that could be met there."""
    address, port = str(packet.address), packet.port
    yield from (frontend_key(transport, address, port) for transport in Transport)
    if address in machine.node_port_addresses:
        yield node_port_key(packet.transport, port)
        if packet.transport is Transport.TCP:
            yield health_port_key(port)
