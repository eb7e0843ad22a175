"""Objects that say how addresses are announced: edited at random, and good ones beside bad ones."""

from hypothesis import given
from hypothesis import strategies as st

from model import build
from portico.compiler.compiler import Compiler, compile_all
from portico.engines.bgp.chart import changed, chart
from portico.plan.bgp import BgpPeer, BgpRoute
from portico.plan.document import plan_document
from portico.plan.plan import diff
from portico.settings import Settings
from portico.store import Store
from properties.announcing import advertisements, announcing, peers, worlds

SETTINGS = Settings(node_name="a")

GOOD = (
    build.service("web", namespace="shop", type="LoadBalancer"),
    build.slice_of("web", build.pod("10.0.0.9", "a"), namespace="shop"),
    build.address_lease("web", "203.0.113.9"),
    build.address_pool("good@2020", "203.0.113.0/24"),
    build.bgp_peer("good@2020", "192.0.2.99"),
    build.bgp_advertisement(
        "good@2020", ipAddressPools=["good"], peers=["good"], communities=["64512:5"], localPref=77
    ),
)


@given(worlds, st.lists(announcing, max_size=8), st.data())
def test_after_any_edits_all_is_as_from_scratch(found, more, data):
    store = Store()
    compiler = Compiler(store, SETTINGS)
    compiler.recompile(set().union(*(store.put(fact) for fact in found)))
    charted = chart(compiler.plan, "a", "192.0.2.1")
    for fact in more:
        before = compiler.plan
        known = sorted(store.refs(store.counts()))
        topics = store.put(fact)
        if known and data.draw(st.booleans()):
            topics = topics | store.drop(data.draw(st.sampled_from(known)))
        hint = compiler.recompile(topics)
        assert hint == diff(before, compiler.plan)
        assert compiler.plan == compile_all(store, SETTINGS)
        if not any(isinstance(before.get(key) or compiler.plan.get(key), BgpPeer)
                   for key in (*hint.changed, *hint.removed)):  # fmt: skip
            charted, _ = changed(charted, hint, "a")
        else:
            charted = chart(compiler.plan, "a", "192.0.2.1")
        assert charted == chart(compiler.plan, "a", "192.0.2.1")
    assert compiler.bugs == []
    plan_document(compiler.plan)


@given(st.lists(st.one_of(advertisements, peers), max_size=6))
def test_whatever_stands_beside_it_a_good_advertisement_announces(others):
    """Others may add to what is told; nothing takes it away."""
    store = Store()
    for fact in (*GOOD, *others):
        store.put(fact)
    plan = compile_all(store, SETTINGS)
    (peer,) = (
        unit for unit in plan.values() if isinstance(unit, BgpPeer) and unit.peer.name == "good"
    )
    (route,) = (
        unit
        for unit in plan.values()
        if isinstance(unit, BgpRoute) and unit.prefix == "203.0.113.9/32"
    )
    told = route.told("a", peer.key)
    assert told is not None
    assert told.local_pref == 77
    assert "64512:5" in told.communities


@given(worlds, st.randoms(use_true_random=False))
def test_the_order_in_which_they_come_does_not_matter(found, random):
    one, other = Store(), Store()
    unique = list({fact.ref: fact for fact in found}.values())
    for fact in unique:
        one.put(fact)
    random.shuffle(unique)
    for fact in unique:
        other.put(fact)
    assert compile_all(one, SETTINGS) == compile_all(other, SETTINGS)
