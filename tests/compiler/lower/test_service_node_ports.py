"""The node ports of a Service: those it names, and those it is given."""

import pytest

from compiler.l4 import HERE, IN_FRONT, of_service, refused, ways
from compiler.world import outcome
from model.build import lease
from portico.compiler.wants_l4 import HealthPortWant, NodePortWant
from portico.model.fact import Fact
from portico.settings import Entry, Settings

V4 = {"ipFamilies": ["IPv4"]}
SERVED = "ipv4/cluster always"
GIVEN = lease("cart.80-tcp", 31000)


def requests(*facts: Fact, **spec: object) -> list[str]:
    claims = of_service(*facts, **{**V4, **spec})
    return [claim.key.name for claim in claims if claim.key.kind == "portRequest"]


@pytest.mark.parametrize(
    ("spec", "facts", "asks", "served"),
    [
        ({"type": "NodePort"},                          [],      True,  {}),
        ({"type": "NodePort"},                          [GIVEN], True,  {"tcp/31000": SERVED}),
        ({"type": "LoadBalancer"},                      [GIVEN], True,  {"tcp/31000": SERVED}),
        ({"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}, [GIVEN], False, {}),
        # Only load balancers can do without.
        ({"type": "NodePort", "allocateLoadBalancerNodePorts": False}, [GIVEN], True,
         {"tcp/31000": SERVED}),
        ({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}, [GIVEN], False,
         {"tcp/30080": SERVED}),
        ({"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False,
          "ports": [{"port": 80, "nodePort": 30080}]},  [],      False, {"tcp/30080": SERVED}),
        ({"type": "NodePort"}, [lease("cart.80-udp", 31000)], True, {}),   # of another port
        ({"type": "NodePort"}, [lease("cart.80-tcp", 31000, "other")], True, {}),
        ({"type": "NodePort"}, [lease("cart.80-tcp", 80)], True, {}),      # of another range
        ({"type": "ClusterIP", "clusterIP": "10.96.0.1"}, [GIVEN], False,
         {"tcp/10.96.0.1/80": "ipv4/cluster never"}),
    ],
    ids=range(11),
)  # fmt: skip
def test_who_asks_for_a_node_port_and_who_has_one(
    spec: dict[str, object], facts: list[Fact], asks: bool, served: dict[str, str]
) -> None:
    assert requests(*facts, **spec) == (["shop/cart/80/tcp"] if asks else [])
    assert ways(of_service(*facts, **{**V4, **spec})) == served


def test_a_port_that_was_given_is_known_as_such() -> None:
    (want,) = (
        claim.want
        for claim in of_service(GIVEN, type="NodePort")
        if isinstance(claim.want, NodePortWant)
    )
    assert want.is_leased
    assert want.origin.field == "spec.ports[0].nodePort"


@pytest.mark.parametrize(("number", "is_in"), [(29999, 0), (30000, 1), (32767, 1), (32768, 0)])
def test_the_range(number: int, is_in: int) -> None:
    ports = [{"port": 80, "nodePort": number}, {"port": 81, "nodePort": 30081}]
    claims = of_service(type="NodePort", ports=ports)
    assert ("tcp/30081" in ways(claims), len(ways(claims))) == (True, 1 + is_in)
    told = [] if is_in else [("spec.ports[0].nodePort", "NodePortOutOfRange")]
    assert refused(claims) == told


def test_one_number_may_be_of_two_transports() -> None:
    ports = [
        {"port": 53, "nodePort": 30053, "name": "a"},
        {"port": 53, "nodePort": 30053, "name": "b", "protocol": "UDP"},
    ]
    assert ways(of_service(type="NodePort", ports=ports)).keys() == {"tcp/30053", "udp/30053"}


def test_where_node_ports_are_not_served_none_is_asked_for() -> None:
    only = Settings(entries=frozenset({Entry.CLUSTER_IP}))
    for settings in (only, IN_FRONT):
        assert requests(type="NodePort", settings=settings) == []


LOCAL = {
    "type": "LoadBalancer",
    "externalTrafficPolicy": "Local",
    "healthCheckNodePort": 32222,
    "ports": [{"port": 80, "name": "web", "nodePort": 30080}],
}
NO_NODE_PORTS = Settings(entries=frozenset({Entry.LOAD_BALANCER}))


@pytest.mark.parametrize(
    ("changed", "settings", "answered", "kept"),
    [
        ({},                                   HERE,          True,  True),
        ({"type": "NodePort"},                 HERE,          False, False),
        ({"externalTrafficPolicy": "Cluster"}, HERE,          False, False),
        ({"healthCheckNodePort": 0},           HERE,          False, False),
        ({},                                   IN_FRONT,      False, False),   # the nodes answer
        ({},                                   NO_NODE_PORTS, True,  False),
        ({},         Settings(entries=frozenset({Entry.CLUSTER_IP})), False, False),
    ],
    ids=range(7),
)  # fmt: skip
def test_where_the_health_check_node_port_is_answered(
    changed: dict[str, object], settings: Settings, answered: bool, kept: bool
) -> None:
    claims = of_service(settings=settings, **{**LOCAL, **changed})
    assert any(isinstance(claim.want, HealthPortWant) for claim in claims) is answered
    assert (ways(claims).get("tcp/32222") == "kept") is kept


def test_a_health_check_node_port_has_to_be_in_the_range() -> None:
    claims = of_service(**{**LOCAL, "healthCheckNodePort": 80})
    assert [key.name for key in outcome(claims).mentioned] == ["tcp/80"]
    assert refused(claims)[-1] == ("spec.healthCheckNodePort", "NodePortOutOfRange")
    assert not any(isinstance(claim.want, HealthPortWant) for claim in claims)
