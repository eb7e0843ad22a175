"""The pools behind the ways into one Service."""

import pytest

from compiler.l4 import HERE, IN_FRONT, of_service, pools, refused
from portico.plan.transport import Family
from portico.settings import Pick, Settings

ADDRESSES = {"clusterIP": "10.96.0.1", "externalIPs": ["198.51.100.1"]}
CLUSTER = "80/tcp/ipv4/cluster"


def test_what_a_pool_is_told() -> None:
    claims = of_service(
        **ADDRESSES,
        ports=[{"port": 80, "name": "web"}, {"port": 81, "name": "more"},
               {"port": 53, "name": "dns", "protocol": "UDP"}],
        publishNotReadyAddresses=True,
    )  # fmt: skip
    reach = pools(claims)[CLUSTER].reach
    assert reach.port_name == "web"
    assert reach.publishes_not_ready
    # An endpoint at any of these would send connections in a circle; UDP is another matter.
    assert reach.own == {(a, p) for a in ("10.96.0.1", "198.51.100.1") for p in (80, 81)}
    assert pools(claims)["53/udp/ipv4/cluster"].reach.own == {
        ("10.96.0.1", 53), ("198.51.100.1", 53),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("affinity", "seconds"),
    [
        ({},                                                        0),
        ({"sessionAffinity": "None"},                               0),
        ({"sessionAffinity": "ClientIP"},                           10800),
        ({"sessionAffinity": "ClientIP",
          "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}}}, 60),
        ({"sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}}}, 0),
    ],
    ids=range(5),
)  # fmt: skip
def test_affinity(affinity: dict[str, object], seconds: int) -> None:
    assert pools(of_service(**ADDRESSES, **affinity))[CLUSTER].reach.affinity == seconds


@pytest.mark.parametrize(
    ("field", "text"),
    [("sessionAffinity", "Cookie"), ("trafficDistribution", "PreferFar")],
)
def test_a_wish_that_is_not_understood_is_ignored(field: str, text: str) -> None:
    claims = of_service(**ADDRESSES, **{field: text})
    assert refused(claims) == [(f"spec.{field}", "PreferenceUnknown")]
    reach = pools(claims)[CLUSTER].reach
    assert (reach.affinity, reach.distribution) == (0, "")


@pytest.mark.parametrize("text", ["PreferClose", "PreferSameZone", "PreferSameNode"])
def test_traffic_distribution(text: str) -> None:
    claims = of_service(**ADDRESSES, trafficDistribution=text)
    assert refused(claims) == []
    assert pools(claims)[CLUSTER].reach.distribution == text


def test_the_way_of_picking_is_the_settings_unless_the_service_says_so() -> None:
    hashed = Settings(pick=Pick.SOURCE_HASH)
    annotations = {"kubernetes.io/elb.lb-algorithm": "ROUND_ROBIN"}
    assert pools(of_service(**ADDRESSES))[CLUSTER].reach.pick is Pick.RANDOM
    assert pools(of_service(**ADDRESSES, settings=hashed))[CLUSTER].reach.pick is Pick.SOURCE_HASH
    told = of_service(**ADDRESSES, settings=hashed, annotations=annotations)
    assert pools(told)[CLUSTER].reach.pick is Pick.RANDOM


def test_in_front_of_nodes_a_pool_knows_where_they_are_reached_and_checked() -> None:
    ports = [{"port": 80, "nodePort": 32111}]
    spec = {**ADDRESSES, "type": "NodePort", "ports": ports}
    reach = pools(of_service(**spec, settings=IN_FRONT))["80/tcp/ipv4/nodes"].reach
    assert (reach.node_port, reach.check_port) == (32111, 10256)
    assert pools(of_service(**spec, settings=HERE))[CLUSTER].reach.check_port == 0


def test_a_family_of_which_nothing_is_said_is_assumed() -> None:
    found = pools(of_service(type="NodePort", ports=[{"port": 80, "nodePort": 30080}]))
    assert {want.name.family: want.is_assumed for want in found.values()} == {
        Family.IPV4: True, Family.IPV6: True,
    }  # fmt: skip
    assert not pools(of_service(**ADDRESSES))[CLUSTER].is_assumed
