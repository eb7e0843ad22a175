"""What holds of layer 4 in every plan, whatever the cluster says."""

from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from compiler.world import compiled
from model.build import service
from portico.compiler.address import dialable
from portico.model.core import Node, Service
from portico.model.fact import Fact
from portico.plan.frontend import Frontend, NodePort
from portico.plan.plan import Plan
from portico.plan.pool import OF_NODES, Pool, Scope, Void
from portico.plan.probe import Probe
from portico.plan.transport import family_of
from portico.settings import Settings, Via
from properties.cluster import slices
from properties.layer_4 import all_services, l4_facts

NODE = Settings(node_name="here")
IN_FRONT = Settings(node_name="here", via=Via.NODE_PORT)
both = st.sampled_from([NODE, IN_FRONT])
clusters = st.lists(
    st.one_of(l4_facts, l4_facts, slices), max_size=12, unique_by=lambda fact: fact.ref
)


def pools(plan: Plan) -> list[Pool]:
    return [unit for unit in plan.values() if isinstance(unit, Pool)]


def entrances(plan: Plan) -> list[Frontend | NodePort]:
    return [unit for unit in plan.values() if isinstance(unit, Frontend | NodePort)]


@given(clusters, both)
def test_every_way_leads_to_a_pool_of_its_own_service(
    found: list[Fact], settings: Settings
) -> None:
    plan = compiled(*found, settings=settings)
    for unit in entrances(plan):
        for way in unit.forwardings:
            for key in (way.pool, way.inside or way.pool):
                pool = plan[key]
                assert isinstance(pool, Pool)
                assert (pool.service, pool.port) == (unit.service, unit.service_port)
                assert (pool.transport, pool.family) == (unit.transport, way.family)
        if isinstance(unit, Frontend):
            assert all(way.family is family_of(unit.address) for way in unit.forwardings)


@given(clusters, both)
def test_endpoints_can_be_reached_and_lead_away(found: list[Fact], settings: Settings) -> None:
    plan = compiled(*found, settings=settings)
    for pool in pools(plan):
        places = [(endpoint.address, endpoint.port) for endpoint in pool.endpoints]
        assert places == sorted(set(places))
        for address, _ in places:
            assert dialable(address, accepts_loopback=False) == address
            assert family_of(address) is pool.family
        entrance = {
            (unit.address, unit.port)
            for unit in entrances(plan)
            if isinstance(unit, Frontend)
            and (unit.service, unit.transport) == (pool.service, pool.transport)
        }
        assert not entrance & set(places)


@given(clusters, both)
def test_who_is_left_out_is_not_in_and_everybody_has_a_reason(
    found: list[Fact], settings: Settings
) -> None:
    for pool in pools(compiled(*found, settings=settings)):
        assert all(left.who and left.reason for left in pool.left_out)
        assert not {endpoint.origin for endpoint in pool.endpoints} & {
            left.origin for left in pool.left_out
        }


@given(clusters, both)
def test_an_empty_pool_rejects_unless_others_could_have_taken_the_connection(
    found: list[Fact], settings: Settings
) -> None:
    for pool in pools(compiled(*found, settings=settings)):
        if pool.void is Void.DROP:
            assert pool.scope is Scope.LOCAL
            assert not pool.endpoints
            assert pool.left_out


@given(clusters)
def test_one_way_or_the_other(found: list[Fact]) -> None:
    on_node, in_front = (compiled(*found, settings=settings) for settings in (NODE, IN_FRONT))
    assert not any(pool.scope in OF_NODES for pool in pools(on_node))
    assert not any(isinstance(unit, Probe) for unit in on_node.values())
    assert all(pool.scope in OF_NODES for pool in pools(in_front))
    assert not any(isinstance(unit, NodePort) for unit in in_front.values())


@given(clusters)
def test_only_nodes_that_may_get_traffic_are_asked(found: list[Fact]) -> None:
    nodes = {fact.ref for fact in found if isinstance(fact, Node)}
    for unit in compiled(*found, settings=IN_FRONT).values():
        if isinstance(unit, Probe):
            assert unit.node in nodes
            assert ip_address(unit.address)
            assert 0 < unit.interval <= 300


@given(clusters, both, all_services())
def test_a_younger_service_never_takes_an_entrance(
    found: list[Fact], settings: Settings, newcomer: Fact
) -> None:
    """Undated, last by name, and without a lease: but a health check goes first."""
    assert isinstance(newcomer, Service)
    metadata = service("zz", namespace="zz").metadata
    youngest = Service(metadata=metadata, spec=newcomer.spec, status=newcomer.status)
    before = compiled(*found, settings=settings)
    after = compiled(*found, youngest, settings=settings)
    for unit in entrances(before):
        now = after[unit.key]
        assert isinstance(now, Frontend | NodePort)
        if now.service != unit.service:
            assert isinstance(now, NodePort)
            assert not now.forwardings
