"""Who else wanted an address, and why they do not have it."""

from portico.explain.packet import Packet
from portico.plan.frontend import Frontend, NodePort, node_port_key
from portico.plan.key import FRONTEND, Key
from portico.plan.plan import Plan, Unit
from portico.plan.pool import Pool
from portico.plan.verdict import Outcome, Refusal


def lost_claims(
    plan: Plan, packet: Packet, entrance: Frontend | NodePort | None
) -> tuple[Refusal, ...]:
    """What was refused of this address and port, in any transport, or of the Service behind it."""
    pools = (
        {key for each in entrance.forwardings for key in (each.pool, each.inside)}
        if entrance
        else {}
    )

    def concerns(unit: Unit) -> bool:
        match unit:
            case Frontend() | NodePort():
                return _is_at(unit.key, packet)
            case Outcome():
                return any(_is_at(key, packet) for key in (*unit.asked, *unit.mentioned))
            case Pool():
                return unit.key in pools
            case _:
                return False

    found = [refusal for unit in plan.values() if concerns(unit) for refusal in unit.refused]
    return tuple(dict.fromkeys(found))


def _is_at(key: Key, packet: Packet) -> bool:
    if key.kind == FRONTEND:
        _, address, port = key.name.split("/")
        return (address, port) == (str(packet.address), str(packet.port))
    return key == node_port_key(packet.transport, packet.port)
