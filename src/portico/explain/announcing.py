"""Who announces an address by ARP or NDP, who else could, and why each other node does not."""

from collections.abc import Iterator
from dataclasses import dataclass

from portico.explain.lines import line
from portico.plan.announced import Announced, Sight
from portico.plan.backend import LeftOut
from portico.plan.document_parts import left_out_documents
from portico.plan.layer2 import Announcer, Layer2

UNHEARD = "it is not heard on any interface of this node"


@dataclass(frozen=True, slots=True)
class Announcing:
    """One address, as one node sees it.

    `could` are nodes that would take it over, the most preferred first; `silent` may announce it,
    too, and are not heard.
    """

    node: str
    announced: Announced
    could: tuple[Announcer, ...]
    silent: tuple[Announcer, ...]
    passed_over: tuple[LeftOut, ...]
    unusable: tuple[tuple[str, str], ...]
    """Interfaces of this node that are asked for, and why they are not used."""

    idle: str = ""
    """Why no node may announce it, whatever node it is; empty where some may."""

    is_unknown: bool = False
    """Nobody has named this node: neither as one that may announce, nor as one that may not."""


def announcing(unit: Layer2, sight: Sight) -> Announcing:
    """Nodes that nobody names are those that are heard, where every node may."""
    found = sight.of(unit.address)
    heard = {each.node for link in sight.links.values() for each in link.neighbours}
    heard |= {sight.node} if sight.links else set()
    candidates = list(unit.candidates)
    named = {each.node for each in candidates}
    passed_over = {left.who for left in unit.passed_over}
    if anyone := unit.anyone:
        more = sorted(heard - named)
        candidates += (Announcer(node, anyone.weight, anyone.interfaces) for node in more)
    owners = set(found.owners.values())
    candidates.sort(key=lambda one: (-one.weight, one.node))
    asked = {name for one in candidates for name in one.interfaces}
    return Announcing(
        sight.node,
        found,
        tuple(one for one in candidates if one.node in heard - owners),
        tuple(one for one in candidates if one.node not in heard | owners),
        unit.passed_over,
        tuple(
            (name, sight.unusable.get(name, "there is no such interface"))
            for name in sorted(asked - _names(sight))
        ),
        idle=_idle(unit),
        is_unknown=unit.anyone is None
        and bool(named | passed_over)
        and sight.node not in named | passed_over,
    )


def announcing_lines(found: Announcing) -> Iterator[str]:
    """For people."""
    for interface, owner in sorted(found.announced.owners.items()):
        told = f"{owner} (this node)" if owner == found.node else owner
        yield line("announced", f"by {told} on {interface}")
    if not found.announced.owners:
        yield line("announced", "by nobody, as far as this node hears")
    if found.idle:
        yield line("because", found.idle)
    for interface, node in sorted(found.announced.kept_by.items()):
        yield line("kept", f"by {node} on {interface}, which knows another plan")
    yield from _other_lines(found)


def _other_lines(found: Announcing) -> Iterator[str]:
    for one in found.could:
        yield line("could", _told(one))
    for one in found.silent:
        yield line("silent", f"{_told(one)}: {UNHEARD}")
    for left in found.passed_over:
        yield line("passed over", f"{left.who}: {left.reason}  <- {left.origin}")
    for name, reason in found.unusable:
        yield line("interface", f"{name}: {reason}")
    if found.is_unknown:
        yield line("this node", f"{found.node} is none of the nodes that are known (--node-name)")


def announcing_document(found: Announcing) -> dict[str, object]:
    """For programs."""
    return {
        "announced": [
            {"node": owner, "interface": interface}
            for interface, owner in sorted(found.announced.owners.items())
        ],
        "keptBy": dict(found.announced.kept_by),
        "could": [one.node for one in found.could],
        "silent": [one.node for one in found.silent],
        "passedOver": left_out_documents(found.passed_over),
        "unusableInterfaces": dict(found.unusable),
        "because": found.idle,
        "thisNodeIsUnknown": found.is_unknown,
    }


def _idle(unit: Layer2) -> str:
    """Where nodes are passed over, each of them has a reason of its own."""
    if unit.passed_over:
        return ""
    return "; ".join(dict.fromkeys(refusal.detail for refusal in unit.refused))


def _names(sight: Sight) -> set[str]:
    return {name for own, link in sight.links.items() for name in (own, *link.names)}


def _told(one: Announcer) -> str:
    weight = f", weight {one.weight}" if one.weight else ""
    interfaces = f", on {' or '.join(one.interfaces)}" if one.interfaces else ""
    return f"{one.node}{weight}{interfaces}"
