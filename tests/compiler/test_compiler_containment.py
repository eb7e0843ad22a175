"""A bug in one step stops no other: the unit keeps its last good state, and tells so."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from compiler.world import EVERYTHING, SETTINGS, World, routes, site, told
from model.build import ingress, rule
from portico.compiler import compiler as under_test
from portico.compiler.claim import Claim
from portico.compiler.compiler import compile_all
from portico.compiler.look import Look
from portico.compiler.lower.ingress import lower_ingress
from portico.compiler.merge.site import merge_site
from portico.model.networking import Ingress
from portico.plan.key import BACKEND, OUTCOME, SITE, Key
from portico.plan.plan import Unit
from portico.plan.site import Site
from portico.plan.verdict import Because, Outcome, Refusal

A, B, *_ = EVERYTHING
A_SITE, B_SITE = Key(SITE, "a.example"), Key(SITE, "b.example")
CART = Key(BACKEND, "shop/cart/80")
A_OUTCOME = Key(OUTCOME, "Ingress/shop/a")


class _Fault:
    """Makes a step raise, as a bug would, as long as it is armed."""

    def __init__(self) -> None:
        self.is_armed = False

    def lower(self, fact: Ingress, look: Look) -> Iterator[Claim]:
        for nth, claim in enumerate(lower_ingress(fact, look)):
            if self.is_armed and nth == 1 and fact.ref.name == "a":
                raise ValueError("lower is broken")
            yield claim

    def merge(self, key: Key, claims: list[Claim], look: Look) -> Site:
        if self.is_armed and key == A_SITE:
            raise KeyError("merge is broken")
        return merge_site(key, claims, look)


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> _Fault:
    made = _Fault()
    monkeypatch.setattr(under_test, "LOWER", {**under_test.LOWER, "Ingress": made.lower})
    monkeypatch.setattr(under_test, "MERGE", {**under_test.MERGE, SITE: made.merge})
    return made


def refusals(unit: Unit) -> list[tuple[str, Because, str]]:
    return [(str(r.origin), r.because, r.detail) for r in unit.refused]


INTERNAL = Because.INTERNAL
NEW_A = ingress("a@2024", rule("a.example", "/new cart:80"), rule("n.example", "/ cart:80"))
NEW_B = ingress("b@2025", rule("b.example", "/new cart:80"))


class TestLowerIsContained:
    @pytest.fixture(autouse=True)
    def only_lower(self, monkeypatch: pytest.MonkeyPatch, fault: _Fault) -> None:
        monkeypatch.setitem(under_test.MERGE, SITE, merge_site)  # type: ignore[arg-type]

    def test_the_fact_keeps_its_last_good_claims(self, fault: _Fault) -> None:
        world = World(*EVERYTHING)
        good = world.plan
        fault.is_armed = True
        told = world.put(NEW_A, NEW_B)
        assert told.changed.keys() == {A_OUTCOME, B_SITE}
        assert world.plan[A_SITE] is good[A_SITE]
        assert world.plan[CART] is good[CART]
        assert routes(site(world.plan, "b.example")) == ["Prefix /new -> shop/cart/80"]
        found = world.plan[A_OUTCOME]
        assert isinstance(found, Outcome)
        assert refusals(found) == [("Ingress shop/a", INTERNAL, "ValueError: lower is broken")]
        assert set(found.asked) == {A_SITE, CART}

    def test_the_bug_is_reported_with_its_trace(self, fault: _Fault) -> None:
        world = World(*EVERYTHING)
        assert world.compiler.bugs == []
        fault.is_armed = True
        world.put(NEW_A)
        (bug,) = world.compiler.bugs
        assert bug.step == A.ref
        assert "in lower" in bug.trace
        assert bug.trace.endswith("ValueError: lower is broken\n")

    def test_recovery_clears_it(self, fault: _Fault) -> None:
        world = World(*EVERYTHING)
        fault.is_armed = True
        world.put(NEW_A)
        fault.is_armed = False
        world.put(A)
        assert world.plan == compile_all(world.store, SETTINGS)
        assert world.plan[A_OUTCOME].refused == ()

    def test_a_fact_that_never_worked_has_its_outcome_at_least(self, fault: _Fault) -> None:
        fault.is_armed = True
        world = World(*EVERYTHING)
        assert A_SITE not in world.plan
        assert B_SITE in world.plan
        assert [because for _, because, _ in refusals(world.plan[A_OUTCOME])] == [INTERNAL]

    def test_failing_again_says_nothing_new(self, fault: _Fault) -> None:
        world = World(*EVERYTHING)
        fault.is_armed = True
        world.put(NEW_A)
        assert world.put(A).changed == {}
        assert len(world.compiler.bugs) == 2

    def test_a_broken_fact_can_leave(self, fault: _Fault) -> None:
        world = World(*EVERYTHING)
        fault.is_armed = True
        world.put(NEW_A)
        assert world.drop(NEW_A).removed == {A_SITE, A_OUTCOME}


class TestMergeIsContained:
    @pytest.fixture(autouse=True)
    def only_merge(self, monkeypatch: pytest.MonkeyPatch, fault: _Fault) -> None:
        monkeypatch.setitem(under_test.LOWER, "Ingress", lower_ingress)  # type: ignore[arg-type]

    def test_the_unit_keeps_its_last_good_state(self, fault: _Fault) -> None:
        world = World(*EVERYTHING)
        good = site(world.plan, "a.example")
        fault.is_armed = True
        world.put(NEW_A, NEW_B)
        kept = site(world.plan, "a.example")
        refusal = Refusal(kept.refused[0].origin, INTERNAL, "KeyError: 'merge is broken'")
        assert kept == replace(good, refused=(refusal,))
        assert str(refusal.origin) == "Ingress shop/a"
        assert routes(site(world.plan, "b.example")) == ["Prefix /new -> shop/cart/80"]
        assert routes(site(world.plan, "n.example")) == ["Prefix / -> shop/cart/80"]
        assert [bug.step for bug in world.compiler.bugs] == [A_SITE]

    def test_everybody_who_wants_the_unit_is_told_once(self, fault: _Fault) -> None:
        world = World(*EVERYTHING)
        fault.is_armed = True
        for name in ("c", "d"):
            world.put(ingress(name, rule("a.example", f"/{name} cart:80")))
        told_to = [str(r.origin) for r in site(world.plan, "a.example").refused]
        assert told_to == ["Ingress shop/a", "Ingress shop/c", "Ingress shop/d"]

    def test_what_was_refused_before_still_is(self, fault: _Fault) -> None:
        late = ingress("late", rule("a.example", "/ cart:80"))
        world = World(*EVERYTHING, late)
        fault.is_armed = True
        world.put(NEW_A)
        codes = [code for _, code in told(site(world.plan, "a.example").refused)]
        assert codes == ["PathTaken", "Internal", "Internal"]

    def test_recovery_clears_it(self, fault: _Fault) -> None:
        world = World(*EVERYTHING)
        fault.is_armed = True
        world.put(NEW_A)
        fault.is_armed = False
        world.put(A)
        assert world.plan == compile_all(world.store, SETTINGS)

    def test_a_unit_that_never_worked_is_there_and_serves_nothing(self, fault: _Fault) -> None:
        fault.is_armed = True
        world = World(*EVERYTHING)
        found = site(world.plan, "a.example")
        assert (found.routes, found.default) == ((), None)
        assert [because for _, because, _ in refusals(found)] == [INTERNAL]
        assert routes(site(world.plan, "b.example")) == ["Prefix / -> shop/cart/80"]

    def test_a_broken_unit_can_leave(self, fault: _Fault) -> None:
        world = World(*EVERYTHING)
        fault.is_armed = True
        world.put(NEW_A)
        assert A_SITE in world.drop(NEW_A).removed
