"""Plan -> the table of the responder."""

from portico.engines.arp import wire
from portico.plan.key import LAYER2
from portico.plan.layer2 import Announcer, Layer2
from portico.plan.plan import Diff, Plan


def chart(plan: Plan) -> wire.Table:
    """Addresses in order; what is alike for several is there once."""
    places: dict[tuple[tuple[Announcer, ...], Announcer | None], int] = {}
    announced = []
    units = (unit for unit in plan.values() if isinstance(unit, Layer2))
    for unit in sorted(units, key=lambda unit: unit.key):
        if unit.candidates or unit.anyone:
            alike = (unit.candidates, unit.anyone)
            place = places.setdefault(alike, len(places))
            announced.append(wire.Announced(unit.address, unit.first_address, place))
    return wire.Table(tuple(announced), tuple(_rules(*alike) for alike in places))


def concerns(hint: Diff) -> bool:
    return any(key.kind == LAYER2 for key in (*hint.changed, *hint.removed))


def _rules(candidates: tuple[Announcer, ...], anyone: Announcer | None) -> wire.Rules:
    nodes = {one.node: _rule(one) for one in candidates}
    return wire.Rules(nodes, None if anyone is None else _rule(anyone))


def _rule(one: Announcer) -> wire.Rule:
    return wire.Rule(one.weight, one.interfaces)
