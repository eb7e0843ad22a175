"""What holds of every plan, whatever the cluster says."""

import json

from hypothesis import given
from hypothesis import strategies as st

from model.build import ingress, rule
from portico.compiler.compiler import Compiler, compile_all
from portico.model.fact import Fact
from portico.model.networking import Ingress
from portico.plan.backend import Backend
from portico.plan.certificate import Certificate
from portico.plan.document import plan_document
from portico.plan.key import Key
from portico.plan.plan import Plan
from portico.plan.site import PathMatch, Site
from portico.plan.verdict import Outcome
from portico.settings import Settings
from portico.store import Store
from properties.cluster import facts, ingresses

SETTINGS = Settings()

clusters = st.lists(facts, max_size=12, unique_by=lambda fact: fact.ref)


def compiled(found: list[Fact]) -> Plan:
    store = Store()
    for fact in found:
        store.put(fact)
    return compile_all(store, SETTINGS)


@given(clusters, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_arrive_does_not_matter(found: list[Fact], chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    store = Store()
    compiler = Compiler(store, SETTINGS)
    for fact in shuffled:
        compiler.recompile(store.put(fact))
    assert compiler.plan == compiled(found)


@given(clusters)
def test_compiling_twice_changes_nothing(found: list[Fact]) -> None:
    store = Store()
    compiler = Compiler(store, SETTINGS)
    everything = set().union(*(store.put(fact) for fact in found))
    compiler.recompile(everything)
    assert compiler.recompile(everything) == ({}, set())


@given(clusters)
def test_units_name_only_units_that_are_there(found: list[Fact]) -> None:
    plan = compiled(found)
    for unit in plan.values():
        named: set[Key] = set()
        if isinstance(unit, Site):
            named = {route.backend for route in unit.routes}
            named |= {unit.default.backend} if unit.default else set()
            named |= {unit.tls.certificate} if unit.tls and unit.tls.certificate else set()
        if isinstance(unit, Outcome):
            named = set(unit.asked)
        for way in getattr(unit, "forwardings", ()):
            named |= {way.pool} | ({way.inside} if way.inside else set())
        assert named <= plan.keys()


@given(clusters)
def test_every_ingress_has_its_outcome(found: list[Fact]) -> None:
    told = {unit.origin for unit in compiled(found).values() if isinstance(unit, Outcome)}
    assert {ref for ref in told if ref.kind == "Ingress"} == {
        fact.ref for fact in found if isinstance(fact, Ingress)
    }


@given(clusters)
def test_a_shown_certificate_covers_its_host(found: list[Fact]) -> None:
    plan = compiled(found)
    for unit in plan.values():
        if isinstance(unit, Site) and unit.tls and unit.tls.certificate:
            certificate = plan[unit.tls.certificate]
            assert isinstance(certificate, Certificate)
            assert certificate.key_pair
            assert not unit.host or certificate.key_pair.covers(unit.host)


@given(clusters)
def test_a_backend_without_endpoints_says_why(found: list[Fact]) -> None:
    for unit in compiled(found).values():
        if isinstance(unit, Backend) and not unit.endpoints:
            assert unit.refused or unit.resolves


@given(clusters)
def test_routes_are_unique_and_exact_ones_come_first(found: list[Fact]) -> None:
    for unit in compiled(found).values():
        if isinstance(unit, Site):
            places = [(route.match, route.path) for route in unit.routes]
            assert len(set(places)) == len(places)
            lengths = [(match is PathMatch.PREFIX, -len(path.encode())) for match, path in places]
            assert lengths == sorted(lengths)


@given(clusters)
def test_every_plan_can_be_written_down(found: list[Fact]) -> None:
    assert "PRIVATE KEY" not in json.dumps(plan_document(compiled(found)))


@given(clusters)
def test_an_unrelated_object_changes_nothing_but_its_own(found: list[Fact]) -> None:
    unrelated = ingress(
        "unrelated@2000", rule("unrelated.example", "/ a:80"), namespace="unrelated",
        ingressClassName="portico",
    )  # fmt: skip
    before, after = compiled(found), compiled([*found, unrelated])
    assert before.items() <= after.items()
    assert {key.name for key in after.keys() - before.keys()} == {
        "unrelated.example", "unrelated/a/80", "Ingress/unrelated/unrelated",
    }  # fmt: skip


@given(clusters, ingresses())
def test_a_younger_object_never_takes_a_path_or_a_certificate(
    found: list[Fact], newcomer: Fact
) -> None:
    assert isinstance(newcomer, Ingress)
    youngest = ingress("zz", namespace="zz")  # undated, and last in every order
    youngest = Ingress(metadata=youngest.metadata, spec=newcomer.spec)
    before, after = compiled(found), compiled([*found, youngest])
    for key, unit in before.items():
        if isinstance(unit, Site):
            now = after[key]
            assert isinstance(now, Site)
            assert set(unit.routes) <= set(now.routes)
            assert unit.tls is None or unit.tls.certificate is None or unit.tls == now.tls
            assert set(unit.refused) <= set(now.refused)


@given(clusters)
def test_a_loser_leaves_without_a_trace(found: list[Fact]) -> None:
    """Without an Ingress that lost everything it asked of a site, the site serves the same."""
    plan = compiled(found)
    for fact in found:
        if not isinstance(fact, Ingress):
            continue
        without = compiled([other for other in found if other.ref != fact.ref])
        for key, unit in plan.items():
            if not isinstance(unit, Site) or fact.ref in _owners(unit):
                continue
            left = without.get(key)
            assert left is None or (
                isinstance(left, Site)
                and (left.routes, left.default, left.tls) == (unit.routes, unit.default, unit.tls)
            )


def _owners(site: Site) -> set[object]:
    """The objects that have won something of a site."""
    owners: set[object] = {route.origin.ref for route in site.routes}
    owners |= {site.default.origin.ref} if site.default else set()
    owners |= {site.tls.origin.ref} if site.tls else set()
    return owners
