"""Whatever the plans, the kernel's own listing of the table says what the plan says."""

import os

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engines_nftables.live import running
from engines_nftables.plans import stories
from engines_nftables.reading import elements_of, ways_in_kernel, ways_in_plan, without_clients
from engines_nftables.spaces import needs_namespaces, new_space
from portico.engines.nftables import Options
from portico.engines.nftables.libnftables import Libnftables
from portico.plan.plan import Diff, Plan, diff
from portico.plan.pool import Pool

pytestmark = needs_namespaces

NOTHING = Diff({}, set())
EXAMPLES = {"dev": 15, "ci": 100, "nightly": 2500}  # of four plans each: 10,000 a night
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "dev")
sometimes = settings(
    max_examples=EXAMPLES.get(PROFILE, 15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)


@pytest.fixture(scope="module")
def shared():
    with new_space("state") as space, running(space, Options(relay_port=9999)) as live:
        with space.inside():
            reader = Libnftables()
        live.listing = lambda: reader.run("list table inet portico")
        yield live
        reader.close()


def assert_equal(live, plan: Plan) -> None:
    table = elements_of(live.listing())
    planned = {key: without_clients(way) for key, way in ways_in_plan(plan).items()}
    assert {k: without_clients(way) for k, way in ways_in_kernel(table).items()} == planned
    pools = [unit for unit in plan.values() if isinstance(unit, Pool)]
    assert len(table["pools"]) == len(pools)
    plain = [p for p in pools if p.endpoints and not p.proxy_protocol and not p.affinity]
    random = [p for p in plain if p.pick == "random"]
    slots = sum(len(v) for name, v in table.items() if "endpoints" in name)
    assert slots == sum(len(p.endpoints) for p in random) + 256 * (len(plain) - len(random))
    spoken = {e.address for p in pools if not p.proxy_protocol for e in p.endpoints}
    hairpins = {*table["hairpins4"], *table["hairpins6"]}
    assert hairpins == {f"{address} . {address}" for address in spoken}
    assert len(table["slots"]) == len(table["alive"]) == len(table["stuck4"] | table["stuck6"])


@given(story=stories())
@sometimes
def test_the_kernel_says_what_the_plan_says(shared, story):
    before: Plan = {}
    shared.serve(before)
    for plan in story:
        shared.serve(plan, diff(before, plan))
        assert_equal(shared, plan)
        before = plan


@given(story=stories(steps=3), wrong=st.sampled_from([NOTHING, None]))
@sometimes
def test_whatever_the_hint_a_look_at_everything_ends_right(shared, story, wrong):
    shared.serve({})
    for plan in story:
        shared.serve(plan, wrong)
    shared.serve(story[-1], None)
    assert_equal(shared, story[-1])


@given(story=stories(steps=3), later=stories(steps=1))
@sometimes
def test_a_restart_sends_nothing_and_goes_on(shared, story, later):
    """The numbers are found again in the table itself."""
    before: Plan = {}
    shared.serve(before)
    for plan in story:
        shared.serve(plan, diff(before, plan))
        before = plan
    # Of a pool that nobody is let in to, the table does not say whose it is.
    assume(all(way.clients != frozenset() for way in ways_in_plan(before).values()))
    shared.restart()
    figures = shared.serve(before, None)
    assert (figures["elements_sent"], figures["transactions"]) == (0, 0)
    shared.serve(later[-1], diff(before, later[-1]))
    assert_equal(shared, later[-1])


@given(story=stories(steps=2))
@sometimes
def test_a_restart_with_another_plan_ends_right(shared, story):
    """What was changed while Portico was away is all that is sent."""
    shared.serve({})
    shared.serve(story[0], None)
    shared.restart()
    shared.serve(story[-1], None)
    assert_equal(shared, story[-1])
