"""What holds of announced addresses in every plan, whatever the cluster says."""

from ipaddress import ip_address

from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.world import compiled
from portico.compiler.compiler import Compiler, compile_all
from portico.model.core import Node, Service
from portico.model.fact import Fact
from portico.plan.layer2 import Layer2
from portico.settings import Settings
from portico.store import Store
from properties.load_balancing import WORKING, address_facts, clusters

NODE = Settings(node_name="here")
FEWER = settings(max_examples=max(25, settings().max_examples // 4))


def announced(found: list[Fact]) -> list[Layer2]:
    plan = compiled(*found, settings=NODE)
    return [unit for unit in plan.values() if isinstance(unit, Layer2)]


@FEWER
@given(clusters)
def test_every_node_may_or_has_a_reason_why_not(found: list[Fact]) -> None:
    known = {fact.metadata.name for fact in found if isinstance(fact, Node)}
    for unit in announced(found):
        may = [one.node for one in unit.candidates]
        assert may == sorted(set(may))
        left = {one.who for one in unit.passed_over}
        assert left.isdisjoint(may)
        assert all(one.reason for one in unit.passed_over)
        if not may and unit.anyone is None:
            assert unit.refused, "nobody announces, and nobody is told"
        if known:
            assert unit.anyone is None
            assert {*may, *left} <= known


@FEWER
@given(clusters)
def test_addresses_are_of_load_balancers_and_drawn_by_one_of_theirs(found: list[Fact]) -> None:
    balancers = {
        fact.ref for fact in found if isinstance(fact, Service) and fact.spec.type == "LoadBalancer"
    }
    for unit in announced(found):
        assert set(unit.services) <= balancers
        assert str(ip_address(unit.address)) == unit.address
        assert ip_address(unit.first_address)


@FEWER
@given(clusters, st.randoms(use_true_random=False))
def test_all_nodes_have_the_same_plan_however_they_heard_of_it(
    found: list[Fact], chance: object
) -> None:
    """The order of facts does not matter, nor which node one is."""
    mixed = list(found)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    store = Store()
    for fact in mixed:
        store.put(fact)
    there = compile_all(store, Settings(node_name="there"))
    units = {unit.key: unit for unit in there.values() if isinstance(unit, Layer2)}
    assert units == {unit.key: unit for unit in announced(found)}


@given(st.lists(st.tuples(address_facts, st.sampled_from([True, True, False])), max_size=16))
def test_whatever_the_edits_the_plan_is_the_one_from_scratch(
    edits: list[tuple[Fact, bool]],
) -> None:
    store = Store()
    compiler = Compiler(store, NODE)
    compiler.recompile(set().union(*(store.put(fact) for fact in WORKING)))
    for fact, is_there in edits:
        compiler.recompile(store.put(fact) if is_there else store.drop(fact.ref))
        assert compiler.bugs == []
        assert compiler.plan == compile_all(store, NODE)
