"""Which addresses are announced, and by whom: the plan, and what this node hears of the others."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from portico.explain.announcing import announcing, announcing_document, announcing_lines
from portico.explain.packet import Packet
from portico.explain.question import Question, explanation
from portico.explain.request import Request
from portico.plan.announced import Sight
from portico.plan.layer2 import Layer2, layer2_key
from portico.plan.plan import Plan


class Announcer(Protocol):
    """Who announces on this node."""

    async def sight(self) -> Sight: ...


async def seen_by(announcer: Announcer | None) -> Sight | None:
    """None where nothing is announced here."""
    return None if announcer is None else await announcer.sight()


def told(plan: Plan, question: Question, sight: Sight | None) -> Mapping[str, object]:
    """The explanation; of an address that is announced, also by whom."""
    found = explanation(plan, question)
    unit = plan.get(layer2_key(address_of(question)))
    if sight is None or not isinstance(unit, Layer2):
        return found
    about = announcing(unit, sight)
    text = found["text"]
    assert isinstance(text, list)
    lines = [*text, *announcing_lines(about)]
    return {**found, "announcing": announcing_document(about), "text": lines}


def address_of(question: Question) -> str:
    """The address that a question is about; empty where it is about none."""
    match question:
        case Packet():
            return str(question.address)
        case Request():
            return ""
        case _:
            return str(question)


def announcing_status(plan: Plan, sight: Sight | None) -> Mapping[str, object]:
    """Interfaces, neighbours, and every address with its owners."""
    if sight is None:
        return {}
    return {
        "node": sight.node,
        "interfaces": [
            {
                "name": name,
                "stage": link.stage,
                "neighbours": [
                    {
                        "node": each.node,
                        "silentSeconds": each.silent,
                        "takesPart": each.takes_part,
                        "isDeaf": each.is_deaf,
                    }
                    for each in link.neighbours
                ],
            }
            for name, link in sight.links.items()
        ],
        "unusable": dict(sight.unusable),
        "addresses": [
            {
                "address": unit.address,
                "services": [str(service) for service in unit.services],
                **announcing_document(announcing(unit, sight)),
            }
            for unit in units_of(plan)
        ],
    }


def units_of(plan: Plan) -> Iterator[Layer2]:
    """By address."""
    units = (unit for unit in plan.values() if isinstance(unit, Layer2))
    yield from sorted(units, key=lambda unit: unit.key)
