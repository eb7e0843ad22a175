"""A cluster as a source: what is read, what is left, and what a mistake costs."""

import asyncio
import copy

import pytest

from kube.api.follower import access
from portico.model.ref import Ref
from portico.settings import Room, Settings, Via
from portico.sources.cluster.asked import Scope
from portico.sources.cluster.kinds import LOAD_BALANCING
from portico.sources.contract import Drop, Put
from sources.cluster_objects import (
    endpoint_slice,
    ingress,
    named,
    namespace,
    pool,
    secret,
    service,
    shop,
)
from sources.cluster_world import HTTP, Reader, followed, read, until
from support.api_server import Rule, running_api_server
from support.custom_kinds import definitions

L4 = Settings(rooms=frozenset({Room.L4}))
LB = {kind.resource.plural for kind in LOAD_BALANCING}
INSTALLING = {"customresourcedefinitions"}
BALANCING = Settings(rooms=frozenset({Room.LB}))
IN_FRONT = Settings(rooms=frozenset({Room.L4}), via=Via.NODE_PORT)


@pytest.fixture
def server():
    with running_api_server(bookmark_every=0.2) as running:
        yield running


async def test_what_comes_changes_and_goes(server):
    async with followed(server) as reader:
        server.put(service("a", 80))
        await until(lambda: reader.refs("Service") == {"shop/a"}, "the Service")
        server.put(service("a", 81))
        ref = Ref("Service", "shop", "a")
        await until(lambda: reader.store.get(ref).spec.ports[0].port == 81, "the new port")
        server.remove("services", "shop", "a")
        await until(lambda: not reader.refs("Service"), "the Service to go")


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        (HTTP, {"ingresses", "ingressclasses", "services", "endpointslices", "secrets"}),
        (L4, {"services", "endpointslices", "nodes"}),
        (IN_FRONT, {"services", "nodes"}),
        (BALANCING, {"services", "endpointslices", "nodes", "namespaces"} | LB),
    ],
    ids=["http", "l4", "in front of nodes", "lb"],
)
async def test_only_the_kinds_are_read_that_are_served(server, settings, kinds):
    server.put(*definitions())
    await read(server, settings)
    assert {asked.resource for asked in server.requests} - INSTALLING == kinds


async def test_pools_whose_kind_is_installed_later(server):
    async with followed(server, BALANCING) as reader:
        assert reader.refs("IPAddressPool") == set()
        assert not reader.trouble
        server.put(*definitions())
        server.put(pool("edge"))
        await until(lambda: reader.refs("IPAddressPool") == {"home/edge"}, "the pool")


async def test_namespaces_are_known_beside_those_that_are_chosen(server):
    """Pools choose among all of them by label; Services are read in the chosen ones."""
    server.put(namespace("shop", team="red"), namespace("bank"))
    server.put(service("a"), service("b", namespace="bank"))
    async with followed(server, BALANCING, Scope(selector="team=red")) as reader:
        assert reader.refs("Service") == {"shop/a"}
        assert reader.refs("Namespace") > {"shop", "bank"}
        server.remove("namespaces", "", "bank")
        await until(lambda: "bank" not in reader.refs("Namespace"), "the namespace to go")
        assert "shop" in reader.refs("Namespace")


async def test_only_the_namespaces_are_read_that_are_named(server):
    server.put(service("a", namespace="one"), service("b", namespace="two"), service("c"))
    reader = await read(server, HTTP, Scope(("one", "two")))
    assert reader.refs("Service") == {"one/a", "two/b"}
    asked = {(asked.namespace, asked.resource) for asked in server.requests}
    assert ("", "services") not in asked
    assert ("", "ingressclasses") in asked  # which are in no namespace


async def test_it_waits_for_every_kind(server):
    server.put(*shop("a"))
    server.fail(503, times=1000, resource="endpointslices")
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        reading = group.create_task(read(server))
        await until(lambda: server.watching("services"), "the others to be followed")
        assert not reading.done()
        server.faults.clear()
    assert reading.result().refs("EndpointSlice") == {"shop/a-1"}


async def test_a_kind_that_may_not_be_read_is_told(server):
    server.access.user_by_token["t"] = "reader"
    server.access.rules["reader"] = [Rule(("list", "watch"), ("", "networking.k8s.io"), ("*",))]
    async with asyncio.TaskGroup() as group:
        reader = Reader(access(server, "t"), HTTP)
        task = group.create_task(reader.run())
        await until(lambda: "endpointslices" in reader.trouble, "the kind to be named")
        assert not reader.is_synced
        task.cancel()


async def test_empty_lists_come_as_nulls(server):
    nothing = {**endpoint_slice("a"), "endpoints": None, "ports": None}
    server.put(service("a"), nothing)
    reader = await read(server)
    assert reader.refs("EndpointSlice") == {"shop/a-1"}
    assert not reader.faults()


async def test_a_mistake_hurts_its_object_only_and_keeps_the_last_good_state(server):
    server.put(*shop("a", "b"))
    wrong = copy.deepcopy(ingress("a", "a.example", "a"))
    wrong["spec"]["rules"] = "none"
    async with followed(server) as reader:
        before = reader.plan
        server.put(wrong, service("c"))
        await until(lambda: "shop/c" in reader.refs("Service"), "what came with it")
        told = [("Ingress shop/a", "spec.rules", "must be a list, not text")]
        assert reader.faults() == told
        assert reader.plan.items() >= before.items()
        server.put(ingress("a", "other.example", "a"))
        await until(lambda: not reader.faults(), "the mistake to be forgotten")
        assert any(key.name == "other.example" for key in reader.plan)


async def test_a_mistake_that_is_removed_is_no_mistake_any_more(server):
    server.put(named("Ingress", "a", spec="none"))
    async with followed(server) as reader:
        assert [ref for ref, *_ in reader.faults()] == ["Ingress shop/a"]
        server.remove("ingresses", "shop", "a")
        await until(lambda: not reader.faults(), "the mistake to be forgotten")


async def test_nothing_is_kept_that_nobody_reads(server):
    text = "kubectl.kubernetes.io/last-applied-configuration"
    trigger = "endpoints.kubernetes.io/last-change-trigger-time"
    one, two = service("a"), endpoint_slice("a", "10.0.0.1")
    one["metadata"]["annotations"] = {text: "all of it, once more", "mine": "yes"}
    two["metadata"]["annotations"] = {trigger: "2026-01-01T00:00:00Z"}
    server.put(one, two)
    async with followed(server) as reader:
        assert reader.store.get(Ref("Service", "shop", "a")).metadata.annotations == {"mine": "yes"}
        slices = Ref("EndpointSlice", "shop", "a-1")
        first = reader.store.get(slices)
        two["metadata"]["annotations"] = {trigger: "2026-01-02T00:00:00Z"}
        server.put(two, service("b"))
        await until(lambda: "shop/b" in reader.refs("Service"), "what came after it")
        assert reader.store.get(slices) == first


async def test_each_change_is_told_once(server):
    server.put(*shop("a"))
    async with followed(server) as reader:
        server.cut_watches()
        await until(lambda: server.watching() >= 5, "the watches to be back")
        server.put(service("a", 8080))
        ref = Ref("Service", "shop", "a")
        await until(lambda: reader.store.get(ref).spec.ports[0].port == 8080, "the change")
        events = [each for batch in reader.batches for each in batch]
        told = [each.fact.ref for each in events if isinstance(each, Put)]
        assert sorted(told.count(each) for each in set(told)) == [1, 1, 2]
        assert not any(isinstance(each, Drop) for each in events)


async def test_whoever_stops_listening_leaves_no_connection(server):
    async with followed(server):
        assert server.watching() == 5
    await until(lambda: not server.watching(), "the watches to end")


async def test_namespaces_come_and_go_by_their_labels(server):
    server.put(namespace("one", team="shop"), namespace("two"))
    for where in ("one", "two"):
        server.put(service("a", namespace=where))
        for each in (
            ingress("i", f"{where}.example", "a", secret="cert"),
            secret("cert", "*.example"),
        ):
            each["metadata"]["namespace"] = where
            server.put(each)
    scope = Scope(selector="team=shop")
    async with followed(server, HTTP, scope) as reader:
        before = reader.plan
        assert reader.refs("Service") == {"one/a"}
        assert reader.refs("Secret") == {"one/cert"}
        server.put(namespace("two", team="shop"))
        await until(lambda: "two/i" in reader.refs("Ingress"), "the other namespace")
        assert reader.refs("Secret") == {"one/cert", "two/cert"}
        server.put(namespace("two", team="pay"))
        await until(lambda: reader.plan == before, "the other namespace to go")
        assert reader.refs("Service") == {"one/a"}
        assert reader.refs("Secret") == {"one/cert"}
        # Namespaces, classes, and four kinds of the one that is left.
        await until(lambda: server.watching() == 6, "its watches to end")
        server.put(namespace("two", team="shop"))
        await until(lambda: "two/i" in reader.refs("Ingress"), "the other namespace again")
        server.remove("namespaces", "", "two")
        await until(lambda: reader.plan == before, "the other namespace to go again")


async def test_where_no_namespace_has_the_labels_nothing_is_read(server):
    server.put(*shop("a"))
    async with followed(server, HTTP, Scope(selector="team=shop")) as reader:
        assert not reader.store.counts()
        server.put(secret("cert", "a.example"), ingress("a", "a.example", "a", secret="cert"))
        server.put(namespace("shop", team="shop"))
        await until(lambda: reader.refs("Secret") == {"shop/cert"}, "the namespace")
        assert reader.refs("Ingress") == {"shop/a"}
