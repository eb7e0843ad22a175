"""A store with some facts in it, and what the steps make of them."""

import sys
from collections.abc import Callable, Iterable

from model.build import ingress, rule, service, slice_of
from portico.compiler.claim import Claim, OutcomeWant
from portico.compiler.compiler import Compiler, compile_all
from portico.compiler.look import Look
from portico.compiler.lower import LOWER
from portico.model.fact import Fact
from portico.model.ref import Topic
from portico.plan.key import SITE, Key
from portico.plan.plan import Diff, Plan
from portico.plan.site import Site
from portico.plan.verdict import Refusal
from portico.settings import Settings
from portico.store import Store

SETTINGS = Settings()

EVERYTHING = (
    ingress("a@2024", rule("a.example", "/ cart:80")),
    ingress("b@2025", rule("b.example", "/ cart:80")),
    service(),
    slice_of("cart", "10.0.0.1"),
)
"""Two Ingresses with a host each, and one backend for both."""


def store_of(*facts: Fact) -> Store:
    store = Store()
    for fact in facts:
        store.put(fact)
    return store


def look_at(*facts: Fact, settings: Settings = SETTINGS) -> Look:
    return Look(store_of(*facts), settings)


def compiled(*facts: Fact, settings: Settings = SETTINGS) -> Plan:
    return compile_all(store_of(*facts), settings)


def compiler_of(*facts: Fact) -> tuple[Store, Compiler]:
    """A store, and a compiler that is up to date with it."""
    store = store_of(*facts)
    compiler = Compiler(store, SETTINGS)
    compiler.recompile({fact.ref for fact in facts})
    return store, compiler


def lowered(fact: Fact, *others: Fact, settings: Settings = SETTINGS) -> list[Claim]:
    return list(LOWER[fact.KIND](fact, look_at(fact, *others, settings=settings)))


def site(plan: Plan, host: str = "") -> Site:
    found = plan[Key(SITE, host)]
    assert isinstance(found, Site)
    return found


def routes(found: Site) -> list[str]:
    """The routes of a site as `Exact /path -> shop/cart/80`."""
    return [f"{r.match} {r.path} -> {r.backend.name}" for r in found.routes]


def told(refused: Iterable[Refusal]) -> list[tuple[str, str]]:
    """Refusals as field and code, for tables."""
    return [(refusal.origin.field, refusal.because.value.code) for refusal in refused]


def outcome(claims: Iterable[Claim]) -> OutcomeWant:
    (want,) = (claim.want for claim in claims if isinstance(claim.want, OutcomeWant))
    return want


def short(value: object) -> str:
    """An id for a table's row, even if the row holds a megabyte."""
    text = ascii(value)
    return text if len(text) < 40 else f"{text[:40]}({len(text)})"


def calls(act: Callable[[], object]) -> int:
    """How many functions are called meanwhile: a measure of work that no machine can vary."""
    seen = [0]

    def count(*_: object) -> None:
        seen[0] += 1

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return seen[0]


class World:
    """Edits a store and counts what they cost."""

    def __init__(self, *facts: Fact) -> None:
        self.store, self.compiler = compiler_of(*facts)

    def put(self, *facts: Fact) -> Diff:
        return self._recompile(set().union(*(self.store.put(fact) for fact in facts)))

    def drop(self, *facts: Fact) -> Diff:
        return self._recompile(set().union(*(self.store.drop(fact.ref) for fact in facts)))

    def _recompile(self, changed: set[Topic]) -> Diff:
        before = self.compiler.steps_run
        told = self.compiler.recompile(changed)
        self.steps = self.compiler.steps_run - before
        return told

    @property
    def plan(self) -> Plan:
        return self.compiler.plan
