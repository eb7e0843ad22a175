"""Service -> claims on the ways into it, and on the pools behind them."""

import pytest

from compiler.l4 import HERE, IN_FRONT, MACHINE, of_service, refused, ways
from compiler.world import compiled, lowered, outcome
from model.build import external, lease, service
from portico.compiler.health_check import PREFIX as CHECKS
from portico.compiler.lower.service import ELSEWHERE
from portico.plan.pool import Pool
from portico.settings import Entry, Room, Settings, Via

ALL_WAYS = {
    "type": "LoadBalancer",
    "clusterIP": "10.96.0.1",
    "externalIPs": ["198.51.100.1"],
    "loadBalancerIP": "203.0.113.1",
}
PORT = {"port": 80, "nodePort": 30080}
BOTH = {"ipFamilies": ["IPv4", "IPv6"]}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({},                                  {}),
        ({"clusterIP": "10.96.0.1"},          {"tcp/10.96.0.1/80": "ipv4/cluster never"}),
        ({"externalIPs": ["198.51.100.1"]},   {"tcp/198.51.100.1/80": "ipv4/cluster always"}),
        # An address of the load balancer that is this machine's is not chosen here: no Machine fact
        ({"type": "LoadBalancer", "ports": [PORT], "ipFamilies": ["IPv4"]},
         {"tcp/30080": "ipv4/cluster always"}),
        ({"type": "NodePort", "ports": [PORT]},
         {"tcp/30080": "ipv4/cluster always; ipv6/cluster always"}),
        ({**ALL_WAYS, "ports": [PORT]},
         {"tcp/10.96.0.1/80":    "ipv4/cluster never",
          "tcp/198.51.100.1/80": "ipv4/cluster always",
          "tcp/203.0.113.1/80":  "ipv4/cluster always",
          "tcp/30080":           "ipv4/cluster always"}),
        ({**ALL_WAYS, "ports": [PORT], "externalTrafficPolicy": "Local"},
         {"tcp/10.96.0.1/80":    "ipv4/cluster never",
          "tcp/198.51.100.1/80": "ipv4/local own, inside ipv4/cluster",
          "tcp/203.0.113.1/80":  "ipv4/local own, inside ipv4/cluster",
          "tcp/30080":           "ipv4/local own, inside ipv4/cluster"}),
        ({"clusterIPs": ["10.96.0.1", "fd00::1"], "internalTrafficPolicy": "Local"},
         {"tcp/10.96.0.1/80":    "ipv4/local never",
          "tcp/fd00::1/80":      "ipv6/local never"}),
    ],
    ids=range(8),
)  # fmt: skip
def test_the_ways_into_a_service(spec: dict[str, object], expected: dict[str, str]) -> None:
    assert ways(of_service(**spec)) == expected


@pytest.mark.parametrize(
    "fact",
    [
        service(),
        service(type="NodePort", ports=[]),
        service(clusterIP="None"),
        external("cart", "cart.example"),
    ],
    ids=["no address", "no ports", "headless", "external name"],
)
def test_who_asks_for_nothing_claims_nothing(fact: object) -> None:
    assert lowered(fact, settings=HERE) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"type": "Odd", "clusterIP": "10.96.0.1"},            ("spec.type", "TypeUnknown")),
        ({"type": "", "clusterIP": "10.96.0.1"},               ("spec.type", "TypeUnknown")),
        ({"clusterIP": "None", "type": "NodePort"},            ("spec.type", "Headless")),
        ({"clusterIP": "None", "externalIPs": ["192.0.2.9"]},  ("spec.externalIPs", "Headless")),
        ({"clusterIPs": ["None"], "type": "LoadBalancer"},     ("spec.type", "Headless")),
        ({"clusterIP": "10.96.0.1", "labels": {ELSEWHERE: "cilium"}},
         (f'metadata.labels["{ELSEWHERE}"]', "ClassElsewhere")),
        ({"ports": [{"port": 80, "nodePort": 30080}]},
         ("spec.ports[0].nodePort", "NodePortUnused")),
    ],
    ids=range(7),
)  # fmt: skip
def test_who_cannot_be_balanced_is_told_why(spec: dict[str, object], told: tuple[str, str]) -> None:
    claims = of_service(**spec)
    assert (ways(claims), refused(claims)) == ({}, [told])


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        ("internalTrafficPolicy", {"tcp/198.51.100.1/80", "tcp/203.0.113.1/80", "tcp/30080"}),
        ("externalTrafficPolicy", {"tcp/10.96.0.1/80"}),
    ],
)
def test_an_unknown_policy_closes_the_ways_it_is_about(policy: str, left: set[str]) -> None:
    claims = of_service(**ALL_WAYS, ports=[PORT], **{policy: "Near"})
    assert ways(claims).keys() == left
    assert refused(claims) == [(f"spec.{policy}", "PolicyUnknown")]


def test_source_ranges_fence_the_load_balancer_alone() -> None:
    claims = of_service(**ALL_WAYS, ports=[PORT], loadBalancerSourceRanges=["192.0.2.0/24"])
    assert ways(claims) == {
        "tcp/10.96.0.1/80": "ipv4/cluster never",
        "tcp/198.51.100.1/80": "ipv4/cluster always",
        "tcp/203.0.113.1/80": "ipv4/cluster always, from 192.0.2.0/24",
        "tcp/30080": "ipv4/cluster always",
    }


def test_a_fence_that_cannot_be_read_closes_the_load_balancer() -> None:
    claims = of_service(**ALL_WAYS, ports=[PORT], loadBalancerSourceRanges=["192.0.2.0/24", "all"])
    assert ways(claims).keys() == {"tcp/10.96.0.1/80", "tcp/198.51.100.1/80", "tcp/30080"}
    assert refused(claims) == [("spec.loadBalancerSourceRanges[1]", "SourceRangeInvalid")]


def test_only_the_load_balancer_speaks_the_proxy_protocol_and_only_over_tcp() -> None:
    annotations = {"service.beta.kubernetes.io/ovh-loadbalancer-proxy-protocol": "v1"}
    ports = [{"port": 53, "name": "t"}, {"port": 53, "name": "u", "protocol": "UDP"}]
    claims = of_service(
        type="LoadBalancer",
        clusterIP="10.96.0.1",
        loadBalancerIP="203.0.113.1",
        externalTrafficPolicy="Local",
        ports=ports,
        annotations=annotations,
    )
    assert ways(claims) == {
        "tcp/203.0.113.1/53": "ipv4/local/proxy-1 own, inside ipv4/cluster/proxy-1",
        "tcp/10.96.0.1/53": "ipv4/cluster never",
        "udp/203.0.113.1/53": "ipv4/local own, inside ipv4/cluster",
        "udp/10.96.0.1/53": "ipv4/cluster never",
    }
    assert [code for _, code in refused(claims)] == ["ProxyProtocolNotTCP"]


LABELLED = {"labels": {ELSEWHERE: "cilium"}}
LB = "tcp/203.0.113.1/80"
OTHERS = ["tcp/10.96.0.1/80", "tcp/198.51.100.1/80"]
PROXIED = {"loadBalancer": {"ingress": [{"ip": "203.0.113.1", "ipMode": "Proxy"}]}}


@pytest.mark.parametrize(
    ("changed", "mentioned"),
    [
        ({"loadBalancerSourceRanges": ["all"]},        [LB]),
        ({"loadBalancerClass": "x/y"},                 [LB]),
        ({"loadBalancerClass": "x/y", "loadBalancerIP": ""}, ["tcp/192.0.2.1/80"]),
        ({"loadBalancerClass": "x/y", "loadBalancerIP": "x/y"}, []),
        ({"status": PROXIED},                          [LB]),
        ({"internalTrafficPolicy": "Near"},            OTHERS[:1]),
        ({"externalTrafficPolicy": "Near"},            [LB, *OTHERS[1:], "tcp/30080"]),
        ({"ports": [{"port": 80, "nodePort": 80}]},    ["tcp/80"]),
        ({"type": "ClusterIP"},                        ["tcp/30080"]),
        ({"loadBalancerClass": "x/y", "ports": [{"port": 80, "protocol": "ICMP"}]}, []),
        ({"externalIPs": ["127.0.0.1"]},               ["tcp/127.0.0.1/80"]),
        ({"type": "Odd"},                              [*OTHERS, "tcp/30080"]),
        ({"clusterIP": "None"},                        [LB, *OTHERS[1:], "tcp/30080"]),
        (LABELLED,                                     [LB, *OTHERS, "tcp/30080"]),
        ({**LABELLED, "externalTrafficPolicy": "Near"}, [LB, *OTHERS, "tcp/30080"]),
        ({},                                           []),
    ],
    ids=range(16),
)  # fmt: skip
def test_who_asks_about_an_address_that_is_refused_is_told(
    changed: dict[str, object], mentioned: list[str]
) -> None:
    claims = of_service(MACHINE, **{**ALL_WAYS, "ports": [PORT], **changed})
    found = {key.name for key in outcome(claims).mentioned if key.kind != "pool"}
    assert found == set(mentioned)
    assert not found & ways(claims).keys()


@pytest.mark.parametrize(
    ("entries", "served"),
    [
        ({Entry.CLUSTER_IP},                 {"tcp/10.96.0.1/80"}),
        ({Entry.NODE_PORT},                  {"tcp/30080"}),
        ({Entry.EXTERNAL_IP},                {"tcp/198.51.100.1/80"}),
        ({Entry.LOAD_BALANCER},              {"tcp/203.0.113.1/80"}),
        (set(),                              set()),
    ],
    ids=range(5),
)  # fmt: skip
def test_only_the_entries_that_were_chosen_are_served(
    entries: set[Entry], served: set[str]
) -> None:
    settings = Settings(entries=frozenset(entries))
    claims = of_service(**ALL_WAYS, ports=[PORT], settings=settings)
    assert ways(claims).keys() == served
    assert refused(claims) == []


class TestInFrontOfNodes:
    def test_external_addresses_lead_to_nodes(self) -> None:
        claims = of_service(**ALL_WAYS, ports=[PORT], settings=IN_FRONT)
        assert ways(claims) == {
            "tcp/198.51.100.1/80": "ipv4/nodes always",
            "tcp/203.0.113.1/80": "ipv4/nodes always",
        }

    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ("",                                   "ipv4/local-nodes own"),
            ("preserve_client_ip.enabled=false",   "ipv4/local-nodes always"),
            ("a=b,preserve_client_ip.enabled=true", "ipv4/local-nodes own"),
        ],
        ids=range(3),
    )  # fmt: skip
    def test_the_policy_local_keeps_the_client(self, told: str, expected: str) -> None:
        name = "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes"
        claims = of_service(
            **ALL_WAYS,
            ports=[PORT],
            externalTrafficPolicy="Local",
            annotations={name: told},
            settings=IN_FRONT,
        )
        assert set(ways(claims).values()) == {expected}

    def test_an_annotation_keeps_it_with_the_policy_cluster_too(self) -> None:
        name = "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes"
        annotations = {name: "preserve_client_ip.enabled=true"}
        claims = of_service(**ALL_WAYS, ports=[PORT], annotations=annotations, settings=IN_FRONT)
        assert set(ways(claims).values()) == {"ipv4/nodes own"}

    def test_without_a_node_port_nodes_cannot_be_reached(self) -> None:
        ports = [{"port": 80, "name": "a"}, {"port": 88, "name": "b", "nodePort": 32111}]
        given = lease("cart.80-tcp", 31000)  # ours means nothing to other machines
        claims = of_service(given, **ALL_WAYS, ports=ports, settings=IN_FRONT)
        assert ways(claims).keys() == {"tcp/198.51.100.1/88", "tcp/203.0.113.1/88"}
        told = [key.name for key in outcome(claims).mentioned]
        assert told == ["tcp/203.0.113.1/80", "tcp/198.51.100.1/80"]
        assert refused(claims) == [("spec.ports[0]", "NodePortMissing")]

    def test_their_node_ports_may_be_out_of_our_range(self) -> None:
        claims = of_service(**ALL_WAYS, ports=[{"port": 80, "nodePort": 4000}], settings=IN_FRONT)
        assert len(ways(claims)) == 2
        assert refused(claims) == []

    def test_what_only_nodes_serve_is_nothing_to_us(self) -> None:
        spec = {"type": "NodePort", "clusterIP": "10.96.0.1", "ports": [PORT]}
        assert of_service(**spec, settings=IN_FRONT) == []

    @pytest.mark.parametrize("rooms", [{Room.HTTP}, {Room.L4}], ids=["http", "l4"])
    def test_checks_that_cannot_be_made_are_told_in_either_room(self, rooms: set[Room]) -> None:
        settings = Settings(via=Via.NODE_PORT, rooms=frozenset(rooms))
        annotations = {f"{CHECKS}interval": "often"}
        claims = of_service(annotations=annotations, settings=settings)
        assert [code for _, code in refused(claims)] == ["AnnotationUnusable"]


def test_one_room_alone_is_left_in_peace() -> None:
    fact = service(**ALL_WAYS)  # type: ignore[arg-type]
    only_http = Settings(rooms=frozenset({Room.HTTP}))
    assert not any(key.kind in ("pool", "outcome") for key in compiled(fact, settings=only_http))
    assert lowered(fact, settings=only_http) == []
    elsewhere = service(**ALL_WAYS, **LABELLED)  # type: ignore[arg-type]
    assert outcome(lowered(elsewhere, settings=only_http)).mentioned == ()


def test_pools_are_claimed_once_however_many_ways_lead_there() -> None:
    claims = of_service(**ALL_WAYS, ports=[PORT])
    kinds = [claim.key.kind for claim in claims]
    assert kinds.count("pool") == 1
    assert outcome(claims).asked == tuple(dict.fromkeys(claim.key for claim in claims[:-1]))


def test_all_that_is_claimed_is_in_the_plan() -> None:
    plan = compiled(MACHINE, service(**ALL_WAYS, **BOTH))  # type: ignore[arg-type]
    assert [unit.family for unit in plan.values() if isinstance(unit, Pool)]
    assert {key.kind for key in plan} == {
        "listener", "machine", "frontend", "pool", "portRequest", "outcome",
    }  # fmt: skip
