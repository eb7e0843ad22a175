"""Claims on one address -> Layer2: which nodes may announce it by ARP or NDP."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from portico.compiler.advertisements import l2_advertisements
from portico.compiler.claim import Claim
from portico.compiler.known_pools import PoolFact, pool_of
from portico.compiler.look import Look
from portico.compiler.merge.blank import blank_layer2
from portico.compiler.merge.fitness import Fitness, fitness
from portico.compiler.wants_lb import AnnouncedWant
from portico.model.metallb import WeightedPreference
from portico.model.openelb import Eip
from portico.model.ref import Ref
from portico.model.selector import Selectors, selected
from portico.plan.backend import LeftOut
from portico.plan.key import Key, Origin
from portico.plan.layer2 import Announcer, Layer2
from portico.plan.verdict import Because, Refusal


class Terms(NamedTuple):
    """How one advertisement (or Eip) wants the addresses of a pool to be announced."""

    ref: Ref
    services: Selectors = ()
    nodes: Selectors = ()
    preferences: tuple[WeightedPreference, ...] = ()
    interfaces: tuple[str, ...] = ()

    def is_about(self, want: AnnouncedWant) -> bool:
        return not self.services or selected(self.services, want.labels)

    def allows(self, labels: Mapping[str, str]) -> bool:
        return not self.nodes or selected(self.nodes, labels)

    def weight(self, labels: Mapping[str, str]) -> int:
        return sum(each.weight for each in self.preferences if each.preference.selects(labels))


def merge_layer2(_key: Key, claims: Sequence[Claim], look: Look) -> Layer2:
    """Claims come oldest first. Who announces an address serves all Services that share it."""
    wants = [claim.want for claim in claims if isinstance(claim.want, AnnouncedWant)]
    blank = blank_layer2(claims[0])
    pool = pool_of(look, blank.address)
    terms = () if pool is None else _terms(pool, look)
    found = _Found()
    for want in wants:
        found.take(want, [one for one in terms if one.is_about(want)], fitness(want, look))
    candidates = tuple(found.by_node[node] for node in sorted(found.by_node))
    passed_over = tuple(
        found.passed_over[node] for node in sorted(found.passed_over.keys() - found.by_node.keys())
    )
    refused: tuple[Refusal, ...] = ()
    if not candidates and found.anyone is None:
        why = "; ".join(f"{one.who}: {one.reason}" for one in passed_over)
        refused = tuple(
            Refusal(want.origin, Because.NO_ANNOUNCER, found.idle.get(want.service, why))
            for want in wants
        )
    return replace(
        blank,
        services=tuple(want.service for want in wants),
        candidates=candidates,
        anyone=found.anyone,
        passed_over=passed_over,
        refused=refused,
    )


class _Found:
    """Who may announce for any of the Services, and why the others may not."""

    def __init__(self) -> None:
        self.by_node: dict[str, Announcer] = {}
        self.passed_over: dict[str, LeftOut] = {}
        self.anyone: Announcer | None = None
        self.idle: dict[Ref, str] = {}
        """Why nobody may announce for a Service, whatever node it is."""

        self._used: dict[str, set[Ref]] = {}

    def take(self, want: AnnouncedWant, terms: Sequence[Terms], who: Fitness) -> None:
        if not terms:
            self.idle[want.service] = f"no advertisement of its pool selects {want.service}"
            return
        if who.idle:
            self.idle[want.service] = who.idle
        for left in who.passed_over:
            self.passed_over.setdefault(left.who, left)
        for node in who.fit:
            allowing = [one for one in terms if one.allows(node.labels)]
            if allowing:
                self._add(node.name, allowing, node.labels)
            else:
                self._pass_over(node.name, node.ref, terms)
        if who.is_open:
            self._take_anyone(want, terms)

    def _take_anyone(self, want: AnnouncedWant, terms: Sequence[Terms]) -> None:
        allowing = [one for one in terms if one.allows({})]
        if allowing:
            self.anyone = _added(self.anyone, "", allowing, {})
        else:
            self.idle[want.service] = (
                f"{_names(terms)} asks for labels of nodes, and there are no Node objects"
            )

    def _add(self, node: str, terms: Sequence[Terms], labels: Mapping[str, str]) -> None:
        """An advertisement that is about several Services at one address counts once."""
        used = self._used.setdefault(node, set())
        new = [one for one in terms if one.ref not in used]
        used.update(one.ref for one in new)
        if new:
            self.by_node[node] = _added(self.by_node.get(node), node, new, labels)

    def _pass_over(self, node: str, ref: Ref, terms: Sequence[Terms]) -> None:
        reason = f"its labels are not those that {_names(terms)} asks for"
        self.passed_over.setdefault(node, LeftOut(node, Origin(ref, "metadata.labels"), reason))


def _added(
    before: Announcer | None, node: str, terms: Sequence[Terms], labels: Mapping[str, str]
) -> Announcer:
    """Weights add up; so do interfaces, of which none at all means all."""
    weight = sum(one.weight(labels) for one in terms) + (before.weight if before else 0)
    lists = [one.interfaces for one in terms] + ([before.interfaces] if before else [])
    interfaces: tuple[str, ...] = ()
    if all(lists):
        interfaces = tuple(sorted({name for names in lists for name in names}))
    return Announcer(node, weight, interfaces)


def _terms(pool: PoolFact, look: Look) -> Sequence[Terms]:
    if isinstance(pool, Eip):
        interface = pool.spec.interface
        return (Terms(pool.ref, interfaces=(interface,) if interface else ()),)
    return [
        Terms(
            one.ref,
            one.spec.service_selectors,
            one.spec.node_selectors,
            one.spec.preferred_node_selectors,
            one.spec.interfaces,
        )
        for one in l2_advertisements(look, pool)
    ]


def _names(terms: Iterable[Terms]) -> str:
    return " or ".join(str(one.ref) for one in terms)
