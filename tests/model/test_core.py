"""The core group: what Services, their endpoints and their nodes say."""

import pytest

from model.build import document, endpoints, fact, node, resolution, service
from portico.model.core import (
    NAMING_NODE_PORTS,
    NODES,
    ClientIPConfig,
    ConfigMap,
    LoadBalancerIngress,
    Namespace,
    Node,
    ServicePort,
    ServiceSpec,
    SessionAffinityConfig,
)
from portico.model.decode import Trouble, decode
from portico.model.fact import Fact
from portico.model.ref import Ref


def test_a_service_port_is_tcp_and_its_target_the_same_number() -> None:
    port = service("cart", {"port": 80}).spec.ports[0]
    assert port == ServicePort(port=80)
    assert (port.protocol, port.name, port.app_protocol, port.target_port) == ("TCP", "", "", "")


@pytest.mark.parametrize("target", [8080, "http"])
def test_a_target_port_is_a_number_or_a_name(target: object) -> None:
    assert service("cart", {"port": 80, "targetPort": target}).spec.ports[0].target_port == target


def test_a_service_without_spec_has_no_port() -> None:
    found = fact(document("v1", "Service", "cart", "shop"))
    assert found == service("cart", ports=[])


def test_a_service_of_which_little_is_said() -> None:
    """The defaults are those of the API server, which nobody runs for a folder."""
    spec = service().spec
    assert (spec.type, spec.external_traffic_policy, spec.internal_traffic_policy) == (
        "ClusterIP", "Cluster", "Cluster",
    )  # fmt: skip
    assert (spec.session_affinity, spec.session_affinity_config.client_ip.timeout_seconds) == (
        "None", 10800,
    )  # fmt: skip
    assert spec.allocate_load_balancer_node_ports
    assert not spec.publish_not_ready_addresses
    assert spec.ports[0].node_port == spec.health_check_node_port == 0
    assert service().status.load_balancer.ingress == ()


@pytest.mark.parametrize(
    ("ports", "names"),
    [
        ([{"port": 80}],                                   False),
        ([{"port": 80, "nodePort": 0}],                    False),
        ([{"port": 80}, {"port": 81, "nodePort": 30081}],  True),
        ([],                                               False),
    ],
    ids=range(4),
)  # fmt: skip
def test_services_that_name_node_ports_are_found_together(
    ports: list[dict[str, object]], names: bool
) -> None:
    found = service(ports=ports).groups()  # type: ignore[arg-type]
    assert found == ({NAMING_NODE_PORTS} if names else set())


def test_all_fields_of_a_service() -> None:
    found = service(
        "web",
        {"port": 88, "nodePort": 32111},
        type="LoadBalancer",
        clusterIP="10.96.0.1",
        clusterIPs=["10.96.0.1", "fd00::1"],
        ipFamilies=["IPv4", "IPv6"],
        externalIPs=["198.51.100.1"],
        loadBalancerIP="203.0.113.1",
        loadBalancerClass="example.com/lb",
        loadBalancerSourceRanges=["192.0.2.0/24"],
        allocateLoadBalancerNodePorts=False,
        externalTrafficPolicy="Local",
        internalTrafficPolicy="Local",
        healthCheckNodePort=32222,
        sessionAffinity="ClientIP",
        sessionAffinityConfig={"clientIP": {"timeoutSeconds": 60}},
        publishNotReadyAddresses=True,
        trafficDistribution="PreferClose",
        ipFamilyPolicy="PreferDualStack",
        selector={"app": "web"},
        status={"loadBalancer": {"ingress": [{"ip": "203.0.113.1", "ipMode": "Proxy"}]}},
    )
    assert found.spec == ServiceSpec(
        "LoadBalancer",
        (ServicePort(88, node_port=32111),),
        "",
        "10.96.0.1",
        ("10.96.0.1", "fd00::1"),
        ("IPv4", "IPv6"),
        ("198.51.100.1",),
        "203.0.113.1",
        "example.com/lb",
        ("192.0.2.0/24",),
        False,
        "Local",
        "Local",
        32222,
        "ClientIP",
        SessionAffinityConfig(ClientIPConfig(60)),
        True,
        "PreferClose",
        "PreferDualStack",
        {"app": "web"},
    )
    assert found.status.load_balancer.ingress == (LoadBalancerIngress("203.0.113.1", "", "Proxy"),)


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"ports": [{"port": 80, "nodePort": 65536}]},         "spec.ports[0].nodePort"),
        ({"ports": [{"port": 80, "nodePort": -1}]},            "spec.ports[0].nodePort"),
        ({"ports": [{"port": 80, "nodePort": "30080"}]},       "spec.ports[0].nodePort"),
        ({"externalIPs": "198.51.100.1"},                      "spec.externalIPs"),
        ({"healthCheckNodePort": 65536},                       "spec.healthCheckNodePort"),
        ({"sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 0}}},
         "spec.sessionAffinityConfig.clientIP.timeoutSeconds"),
        ({"sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 86401}}},
         "spec.sessionAffinityConfig.clientIP.timeoutSeconds"),
        ({"publishNotReadyAddresses": "true"},                 "spec.publishNotReadyAddresses"),
        ({"loadBalancerSourceRanges": [1]},                    "spec.loadBalancerSourceRanges[0]"),
    ],
    ids=range(9),
)  # fmt: skip
def test_values_that_no_service_can_have(spec: dict[str, object], field: str) -> None:
    found = decode(document("v1", "Service", "web", "shop", spec=spec))
    assert isinstance(found, Trouble)
    assert found.field == field


@pytest.mark.parametrize("number", [0, 1, 65535])
def test_zero_is_no_node_port_and_no_mistake(number: int) -> None:
    """Programs that write manifests write it for "none"."""
    found = service("web", {"port": 80, "nodePort": number}, healthCheckNodePort=number)
    assert found.spec.ports[0].node_port == found.spec.health_check_node_port == number


def test_unknown_words_are_left_to_the_step_that_reads_them() -> None:
    found = service(type="Odd", externalTrafficPolicy="Near", sessionAffinity="Cookie")
    assert (found.spec.type, found.spec.external_traffic_policy) == ("Odd", "Near")


def test_a_node() -> None:
    found = node("a", "10.1.0.1", "Hostname=a", labels={"x": "y"}, taints=["t"], leaving=True)
    assert found.ref == Ref("Node", "", "a")
    assert [(one.type, one.address) for one in found.status.addresses] == [
        ("InternalIP", "10.1.0.1"), ("Hostname", "a"),
    ]  # fmt: skip
    assert [taint.key for taint in found.spec.taints] == ["t"]
    assert found.metadata.deletion_timestamp
    assert found.groups() == {NODES}


def test_a_node_of_which_nothing_is_said() -> None:
    found = fact(document("v1", "Node", "a", ""))
    assert isinstance(found, Node)
    assert (found.spec.taints, found.status.addresses, found.metadata.deletion_timestamp) == (
        (), (), "",
    )  # fmt: skip


def test_what_a_node_reports_of_itself_is_no_news() -> None:
    """Kubelets write conditions every few seconds; when they last did so wakes nobody."""

    def told(moment: str) -> Fact:
        ready = {"type": "Ready", "status": "True", "lastHeartbeatTime": moment}
        return fact(document("v1", "Node", "a", "", status={"conditions": [ready]}))

    assert told("now") == told("then")
    assert told("now") != node("a")


def test_endpoints() -> None:
    subset = {
        "addresses": [{"ip": "10.0.0.1", "nodeName": "n1"}],
        "notReadyAddresses": [{"ip": "10.0.0.2"}],
        "ports": [{"port": 80, "name": "http"}],
    }
    found = endpoints("cart", subset).subsets[0]
    assert (found.addresses[0].ip, found.ports[0].name) == ("10.0.0.1", "http")
    assert (found.addresses[0].node_name, found.not_ready_addresses[0].node_name) == ("n1", "")


def test_config_maps_do_not_share_their_values() -> None:
    one, two = (fact(document("v1", "ConfigMap", name, "")) for name in "ab")
    assert isinstance(one, ConfigMap)
    assert isinstance(two, ConfigMap)
    assert one.data is not two.data


def test_a_namespace_has_none() -> None:
    found = fact(document("v1", "Namespace", "shop", ""))
    assert isinstance(found, Namespace)
    assert found.ref == Ref("Namespace", "", "shop")


def test_a_resolution_does_not_depend_on_the_order_of_answers() -> None:
    assert resolution("a.example", "10.0.0.2", "10.0.0.1") == resolution(
        "a.example", "10.0.0.1", "10.0.0.2"
    )
    assert resolution("a.example").ref == Ref("Resolution", "", "a.example")
