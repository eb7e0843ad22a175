"""What the relay is told of a plan."""

from engines_relay.plans import frontend, machine, node_port, plan_of, pool
from portico.engines.relay.chart import chart, concerns
from portico.engines.relay.directions import Directions
from portico.engines.relay.original import Place
from portico.engines.relay.wire import Table
from portico.plan.plan import Diff, diff
from portico.plan.pool import Scope
from portico.settings import Pick

VIP = "198.51.100.1"
WEB = pool(("10.2.0.12", 80), ("10.2.0.11", 80))
PLAIN = pool(("10.2.0.11", 80), proxy=0)
LOCAL = pool(("10.2.0.13", 80), scope=Scope.LOCAL)
CLIENT = "192.0.2.10"


def wanted(plan, client=CLIENT, address=VIP, port=80):
    """Endpoints of a connection; None: it is turned away."""
    target = Directions(chart(plan).table).target(Place(address, port), client)
    return None if target is None else [each.address for each in target.endpoints]


def test_a_frontend_leads_to_its_endpoints():
    plan = plan_of(WEB, frontend(VIP, WEB))
    assert wanted(plan) == ["10.2.0.11", "10.2.0.12"]
    assert wanted(plan, port=81) is None
    assert wanted(plan, address="198.51.100.2") is None


def test_addresses_are_compared_as_addresses():
    web = pool(("2001:db8:2::11", 80))
    plan = plan_of(web, frontend("2001:DB8:96:0::1", web))
    assert wanted(plan, address="2001:db8:96::1") == ["2001:db8:2::11"]


def test_a_node_port_leads_there_from_every_address_of_its_families():
    plan = plan_of(WEB, node_port(30080, WEB))
    assert wanted(plan, address="192.0.2.1", port=30080) == ["10.2.0.11", "10.2.0.12"]
    assert wanted(plan, address="2001:db8::1", port=30080) is None


def test_what_the_kernel_does_alone_is_left_out():
    plan = plan_of(PLAIN, LOCAL, frontend(VIP, PLAIN), node_port(30080, PLAIN))
    assert chart(plan).table == Table()


def test_a_frontend_that_is_refused_leads_nowhere():
    assert chart(plan_of(WEB, frontend(VIP, None))).table == Table()


def test_those_inside_have_a_pool_of_their_own():
    here = machine("192.0.2.1", "2001:db8::1", pods="10.2.0.0/24")
    plan = plan_of(here, WEB, LOCAL, frontend(VIP, LOCAL, inside=WEB))
    assert wanted(plan) == ["10.2.0.13"]
    for near in ("192.0.2.1", "10.2.0.99"):
        assert wanted(plan, client=near) == ["10.2.0.11", "10.2.0.12"]


def test_hashing_and_affinity_are_by_source():
    for each, by_source in (
        (WEB, False),
        (pool(("10.2.0.11", 80), pick=Pick.SOURCE_HASH), True),
        (pool(("10.2.0.11", 80), affinity=60), True),
    ):
        table = chart(plan_of(each, frontend(VIP, each))).table
        assert [told.by_source for told in table.pools.values()] == [by_source]


def test_the_order_of_the_plan_does_not_matter():
    other = pool(("10.2.0.12", 81), name="other")
    units = [WEB, other, frontend(VIP, WEB), frontend(VIP, other, 81), node_port(30080, WEB)]
    assert chart(plan_of(*units)) == chart(plan_of(*reversed(units)))


def test_a_hint_matters_if_the_table_may_differ():
    plan = plan_of(machine("192.0.2.1"), WEB, PLAIN, frontend(VIP, WEB), frontend(VIP, PLAIN, 81))
    known = chart(plan)
    for changed, matters in (
        (plan, False),
        ({**plan, PLAIN.key: pool(("10.2.0.12", 80), proxy=0)}, False),
        ({**plan, WEB.key: pool(("10.2.0.12", 80))}, True),
        ({**plan, **plan_of(frontend(VIP, WEB, 82))}, True),
        ({**plan, **plan_of(frontend(VIP, WEB, 81))}, True),
        ({key: unit for key, unit in plan.items() if unit != frontend(VIP, WEB)}, True),
        ({key: unit for key, unit in plan.items() if key != PLAIN.key}, False),
        ({key: unit for key, unit in plan.items() if key != machine().key}, False),
    ):
        assert concerns(diff(plan, changed), changed, known) is matters
        assert matters or chart(changed) == known
    assert not concerns(Diff({}, set()), plan, known)
