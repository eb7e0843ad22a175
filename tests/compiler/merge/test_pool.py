"""The claim of a Service on one of its pools -> Pool."""

import pytest

from compiler.l4 import HERE, IN_FRONT, MACHINE, left_out, reached
from compiler.world import compiled, told
from model.build import health, node, pod, service, slice_of
from portico.model.fact import Fact
from portico.plan.key import POOL, Key
from portico.plan.pool import Pool, Scope, Void
from portico.plan.transport import Family, Transport
from portico.settings import Pick, Settings

ADDRESS = {"clusterIP": "10.96.0.1"}
BOTH = {"clusterIPs": ["10.96.0.1", "fd00::1"]}


def pool(name: str, *facts: Fact, settings: Settings = HERE) -> Pool:
    """The name without `shop/cart/80/tcp/`."""
    found = compiled(*facts, settings=settings)[Key(POOL, f"shop/cart/80/tcp/{name}")]
    assert isinstance(found, Pool)
    return found


def test_all_of_a_pool() -> None:
    fact = service(
        **ADDRESS, sessionAffinity="ClientIP",
        annotations={"kubernetes.io/elb.lb-algorithm": "SOURCE_IP"},
    )  # fmt: skip
    found = pool("ipv4/cluster", fact, slice_of("cart", "10.0.0.2", "10.0.0.1"))
    assert reached(found) == ["10.0.0.1:8080", "10.0.0.2:8080"]
    assert (found.transport, found.family, found.scope) == (
        Transport.TCP, Family.IPV4, Scope.CLUSTER,
    )  # fmt: skip
    assert (found.pick, found.affinity, found.proxy_protocol) == (Pick.SOURCE_HASH, 10800, 0)
    assert (found.left_out, found.refused) == ((), ())


def test_each_family_has_a_pool_of_its_own() -> None:
    facts = (service(**BOTH), slice_of("cart", "10.0.0.1", "2001:db8::1"))
    assert reached(pool("ipv4/cluster", *facts)) == ["10.0.0.1:8080"]
    assert reached(pool("ipv6/cluster", *facts)) == ["2001:db8::1:8080"]


TERMINATING = pod("10.0.0.1", "there", ready=False, serving=True, terminating=True)


@pytest.mark.parametrize(
    ("pods", "scope", "void", "code"),
    [
        ([],                                       "cluster", Void.REJECT, "NoEndpoints"),
        ([pod("10.0.0.1", ready=False)],           "cluster", Void.REJECT, "NoEndpoints"),
        ([],                                       "local",   Void.REJECT, "NoEndpoints"),
        ([pod("10.0.0.1", "here", ready=False)],   "local",   Void.REJECT, "NoEndpoints"),
        ([pod("10.0.0.1", "there")],               "local",   Void.DROP,   "NoLocalEndpoints"),
        ([pod("10.0.0.1")],                        "local",   Void.DROP,   "NoLocalEndpoints"),
        ([TERMINATING],                            "local",   Void.DROP,   "NoLocalEndpoints"),
        ([pod("10.0.0.1", "here")],                "local",   Void.REJECT, None),
    ],
    ids=range(8),
)  # fmt: skip
def test_while_nobody_is_there(
    pods: list[dict[str, object]], scope: str, void: Void, code: str | None
) -> None:
    fact = service(**ADDRESS, internalTrafficPolicy=scope.capitalize())
    found = pool(f"ipv4/{scope}", fact, slice_of("cart", *pods))
    assert found.void is void
    assert told(found.refused) == ([("spec.ports[0]", code)] if code else [])


def test_the_hint_names_what_a_node_must_be_called() -> None:
    fact = service(**ADDRESS, internalTrafficPolicy="Local")
    (refusal,) = pool("ipv4/local", fact, slice_of("cart", pod("10.0.0.1", "there"))).refused
    assert refusal.reason == "no ready endpoint is on this node, here"
    assert "--node-name" in refusal.hint


def test_an_assumed_family_may_have_no_endpoints() -> None:
    fact = service("cart", {"port": 80, "nodePort": 30080}, type="NodePort")
    facts = (fact, slice_of("cart", "10.0.0.1"))
    assert pool("ipv6/cluster", *facts).refused == ()
    assert told(pool("ipv6/cluster", fact).refused) == [("spec.ports[0]", "NoEndpoints")]
    unready = pod("2001:db8::1", ready=False)  # then the family is there, and not assumed
    found = pool("ipv6/cluster", fact, slice_of("cart", "10.0.0.1", unready))
    assert told(found.refused) == [("spec.ports[0]", "NoEndpoints")]
    bad = pool("ipv6/cluster", fact, slice_of("cart", "10.0.0.1", "0.0.0.0"))  # bad
    assert bad.refused == ()  # it is told of the other family
    assert bad.is_assumed
    asked = (service(**BOTH), slice_of("cart", "10.0.0.1"))
    assert told(pool("ipv6/cluster", *asked).refused) == [("spec.ports[0]", "NoEndpoints")]


def test_bad_endpoints_hurt_no_other() -> None:
    pods = slice_of("cart", "10.0.0.1", "0.0.0.0", "127.0.0.1", "10.96.0.1")
    fact = service("cart", {"port": 80, "name": ""}, {"port": 8080, "name": "b"}, **ADDRESS)
    found = pool("ipv4/cluster", fact, pods)
    assert reached(found) == ["10.0.0.1:8080"]
    assert [code for _, code in told(found.refused)] == [
        "AddressInvalid", "EndpointLoopback", "EndpointLoops",
    ]  # fmt: skip


def test_endpoints_that_are_not_ready_are_published_where_asked() -> None:
    fact = service(**ADDRESS, publishNotReadyAddresses=True)
    assert reached(pool("ipv4/cluster", fact, slice_of("cart", pod("10.0.0.1", ready=False))))


class TestInFrontOfNodes:
    FACT = service(
        "cart", {"port": 80, "nodePort": 32111}, type="LoadBalancer",
        externalIPs=["198.51.100.1", "2001:db8:9::1"],
    )  # fmt: skip
    NODES = (node("a", "10.1.0.1"), node("b", "10.1.0.2", "2001:db8::b"))

    def test_nodes_are_reached_at_their_node_port(self) -> None:
        found = pool("ipv4/nodes", self.FACT, *self.NODES, settings=IN_FRONT)
        assert reached(found) == ["10.1.0.1:32111", "10.1.0.2:32111"]
        assert found.scope is Scope.NODES
        found = pool("ipv6/nodes", self.FACT, *self.NODES, settings=IN_FRONT)
        assert reached(found) == ["2001:db8::b:32111"]
        assert left_out(found) == {"a": "the node has no IPv6 address"}

    def test_without_a_healthy_node_connections_are_refused(self) -> None:
        ill = [health(f"{name}/10256", "timed out") for name in "ab"]
        found = pool("ipv4/nodes", self.FACT, *self.NODES, *ill, settings=IN_FRONT)
        assert (found.endpoints, found.void) == ((), Void.REJECT)
        assert left_out(found) == {"a": "timed out", "b": "timed out"}
        assert told(found.refused) == [("spec.ports[0]", "NoHealthyNode")]

    @pytest.mark.parametrize("address", ["192.0.2.1", "127.0.0.1"])
    def test_this_very_machine_is_no_node_behind_itself(self, address: str) -> None:
        own = node("own", address)
        found = pool("ipv4/nodes", self.FACT, MACHINE, own, self.NODES[0], settings=IN_FRONT)
        assert reached(found) == ["10.1.0.1:32111"]
        assert "this machine's" in left_out(found)["own"]

    def test_an_assumed_family_may_have_no_nodes(self) -> None:
        fact = service("cart", {"port": 80, "nodePort": 32111}, type="LoadBalancer")
        facts = (MACHINE, fact, self.NODES[0])
        assert pool("ipv6/nodes", *facts, settings=IN_FRONT).refused == ()
        ill = health("a/10256", "timed out")
        found = pool("ipv4/nodes", *facts, ill, settings=IN_FRONT)
        assert told(found.refused) == [("spec.ports[0]", "NoHealthyNode")]
        nobody = pool("ipv6/nodes", MACHINE, fact, settings=IN_FRONT)
        assert told(nobody.refused) == [("spec.ports[0]", "NoHealthyNode")]
