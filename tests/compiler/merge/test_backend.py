"""Claims on one Service port -> Backend."""

import pytest

from compiler.l4 import IN_FRONT
from compiler.world import look_at, short, told
from model.build import endpoint, external, health, node, resolution, service, slice_of
from portico.compiler.claim import BackendWant, Claim, rank_of
from portico.compiler.merge.backend import PROTOCOLS, merge_backend
from portico.model.core import Service
from portico.model.fact import Fact
from portico.model.networking import BackendPort
from portico.model.ref import Ref
from portico.plan.backend import Backend, Protocol, backend_key
from portico.plan.key import Origin
from portico.settings import Balance, Settings

CART = Ref("Service", "shop", "cart")
INGRESSES = [Ref("Ingress", "shop", name) for name in "ab"]


def merged(port: str, *facts: Fact, settings: Settings | None = None) -> Backend:
    wanted = BackendPort(number=int(port)) if port.isdigit() else BackendPort(name=port)
    key = backend_key("shop", "cart", port)
    claims = [
        Claim(key, rank_of("", ref), BackendWant(CART, wanted, Origin(ref, "field")))
        for ref in INGRESSES
    ]
    return merge_backend(key, claims, look_at(*facts, settings=settings or Settings()))


def reached(found: Backend) -> list[str]:
    return [f"{endpoint.address}:{endpoint.port}" for endpoint in found.endpoints]


UDP = {"port": 443, "name": "quic", "protocol": "UDP"}
TCP = {"port": 443, "name": "https"}


@pytest.mark.parametrize(
    ("ports", "wanted", "code"),
    [
        ([{"port": 80}],                 "80",    "NoEndpoints"),
        ([{"port": 80, "name": "web"}],  "80",    "NoEndpoints"),
        ([{"port": 80, "name": "web"}],  "web",   "NoEndpoints"),
        ([UDP, TCP],                     "443",   "NoEndpoints"),   # one number for both
        ([{"port": 80, "name": "web"}],  "81",    "PortMissing"),
        ([{"port": 80, "name": "web"}],  "http",  "PortMissing"),
        ([{"port": 80, "targetPort": 81}], "81",  "PortMissing"),   # the Service's, not the pod's
        ([UDP],                          "443",   "PortNotTCP"),
        ([UDP, TCP],                     "quic",  "PortNotTCP"),
    ],
    ids=range(9),
)  # fmt: skip
def test_which_port_is_meant(ports: list[dict[str, object]], wanted: str, code: str) -> None:
    found = merged(wanted, service("cart", *ports))
    assert told(found.refused) == [("field", code)] * 2  # everybody who asked is told
    assert [refusal.origin.ref for refusal in found.refused] == INGRESSES
    assert found.endpoints == ()


def test_a_service_without_ports_has_none() -> None:
    assert told(merged("80", service(ports=[])).refused) == [("field", "PortMissing")] * 2


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ([],                                      "Service shop/cart does not exist"),
        ([service("pay")],                        "Service shop/cart does not exist"),
        ([service("cart", {"port": 81})],         "there is no port 80 in Service shop/cart"),
        ([service("cart", {"port": 80, "protocol": "SCTP"})],
         "port 80 of Service shop/cart does not speak TCP, which HTTP needs"),
        ([service()],                             "Service shop/cart has no ready endpoint"),
    ],
    ids=["nothing", "another", "port", "protocol", "endpoints"],
)  # fmt: skip
def test_reasons_read_well(facts: list[Service], reason: str) -> None:
    assert {refusal.reason for refusal in merged("80", *facts).refused} == {reason}


def test_endpoints_are_those_of_the_port_by_its_name() -> None:
    ports = [{"port": 80, "name": "web"}, {"port": 81, "name": "admin"}]
    pods = slice_of("cart", "10.0.0.1", ports=[{"name": "web", "port": 8080}])
    found = merged("80", service("cart", *ports), pods)
    assert reached(found) == ["10.0.0.1:8080"]
    assert found.refused == ()
    assert told(merged("81", service("cart", *ports), pods).refused)[0][1] == "NoEndpoints"


@pytest.mark.parametrize("kind", ["ClusterIP", "NodePort", "LoadBalancer", "Something new"])
def test_all_kinds_of_service_have_slices(kind: str) -> None:
    assert reached(merged("80", service(type=kind), slice_of("cart", "10.0.0.1"))) == [
        "10.0.0.1:8080"
    ]


def test_a_headless_service_has_them_too() -> None:
    found = merged("80", service(clusterIP="None"), slice_of("cart", "10.0.0.1"))
    assert reached(found) == ["10.0.0.1:8080"]


def test_bad_addresses_are_told_beside_the_lack_of_good_ones() -> None:
    found = merged("80", service(), slice_of("cart", "0.0.0.0"))  # a bad address
    assert [code for _, code in told(found.refused)] == [
        "AddressInvalid", "NoEndpoints", "NoEndpoints",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "protocol"),
    [
        ("",                   Protocol.HTTP),
        ("http",               Protocol.HTTP),
        ("kubernetes.io/ws",   Protocol.HTTP),
        ("https",              Protocol.HTTPS),
        ("HTTPS",              Protocol.HTTPS),
        ("kubernetes.io/wss",  Protocol.HTTPS),
        ("kubernetes.io/h2c",  Protocol.GRPC),
        ("grpc",               Protocol.GRPC),
        ("grpcs",              Protocol.GRPCS),
        ("example.com/custom", Protocol.HTTP),
        ("\ud800",             Protocol.HTTP),
        ("x" * 10**6,          Protocol.HTTP),
    ],
    ids=short,
)  # fmt: skip
def test_what_endpoints_speak(text: str, protocol: Protocol) -> None:
    found = merged("80", service("cart", {"port": 80, "appProtocol": text}))
    assert found.protocol is protocol
    assert set(PROTOCOLS) <= {name.lower() for name in PROTOCOLS}


def test_the_way_of_balancing_is_the_settings() -> None:
    settings = Settings(balance=Balance.EWMA)
    for facts in ([], [service()]):
        assert merged("80", *facts, settings=settings).balance is Balance.EWMA


ANSWER = resolution("api.example", "192.0.2.1")


def test_endpoints_that_are_not_ready_are_published_where_asked() -> None:
    pods = slice_of("cart", endpoint("10.0.0.1", ready=False))
    assert reached(merged("80", service(publishNotReadyAddresses=True), pods)) == ["10.0.0.1:8080"]


class TestInFrontOfNodes:
    NODES = (node("a", "10.1.0.1", "2001:db8::a"), node("b", "2001:db8::b"))
    FACT = service("cart", {"port": 80, "nodePort": 32111, "appProtocol": "https"}, type="NodePort")

    def test_requests_go_to_node_ports(self) -> None:
        pods = slice_of("cart", "10.0.0.1")
        found = merged("80", self.FACT, *self.NODES, pods, settings=IN_FRONT)
        assert reached(found) == ["10.1.0.1:32111", "2001:db8::b:32111"]  # each node once
        assert found.protocol is Protocol.HTTPS
        assert found.refused == ()

    def test_the_health_of_a_node_is_that_of_layer_4(self) -> None:
        ill = health("a/10256", "timed out")
        found = merged("80", self.FACT, *self.NODES, ill, settings=IN_FRONT)
        assert reached(found) == ["2001:db8::b:32111"]
        assert [(left.who, left.reason) for left in found.left_out] == [("a", "timed out")]
        local = service(
            "cart", {"port": 80, "nodePort": 32111}, type="LoadBalancer",
            externalTrafficPolicy="Local", healthCheckNodePort=32222,
        )  # fmt: skip
        ill = health("b/32222", "503")
        assert reached(merged("80", local, *self.NODES, ill, settings=IN_FRONT)) == [
            "10.1.0.1:32111"
        ]

    def test_without_a_healthy_node_everybody_is_told(self) -> None:
        ill = health("a/10256", "timed out")
        found = merged("80", self.FACT, self.NODES[0], ill, settings=IN_FRONT)
        assert told(found.refused) == [("field", "NoHealthyNode")] * 2
        assert found.endpoints == ()
        assert [left.who for left in found.left_out] == ["a"]

    @pytest.mark.parametrize(
        "fact",
        [service(type="NodePort"), service("cart", {"port": 80, "nodePort": 32111})],
        ids=["none", "none of this type"],
    )
    def test_without_a_node_port_nodes_cannot_be_reached(self, fact: Service) -> None:
        found = merged("80", fact, *self.NODES, settings=IN_FRONT)
        assert told(found.refused) == [("field", "NodePortMissing")] * 2
        assert "80/TCP" in found.refused[0].reason

    def test_external_names_are_no_matter_of_nodes(self) -> None:
        found = merged("8443", external("cart", "api.example"), ANSWER, settings=IN_FRONT)
        assert reached(found) == ["192.0.2.1:8443"]


@pytest.mark.parametrize(
    ("ports", "wanted", "expected"),
    [
        ([],                                     "8443", ["192.0.2.1:8443"]),  # as it is
        ([{"port": 80}],                         "80",   ["192.0.2.1:80"]),
        ([{"port": 80, "targetPort": 8080}],     "80",   ["192.0.2.1:8080"]),
        ([{"port": 80, "targetPort": "web"}],    "80",   ["192.0.2.1:80"]),    # no pod to ask
        ([{"port": 80, "name": "web"}],          "web",  ["192.0.2.1:80"]),
    ],
    ids=range(5),
)  # fmt: skip
def test_an_external_name(ports: list[dict[str, object]], wanted: str, expected: list[str]) -> None:
    found = merged(wanted, external("cart", "API.example.", *ports), ANSWER)
    assert reached(found) == expected
    assert found.resolves == "api.example"
    assert found.refused == ()


@pytest.mark.parametrize(
    ("ports", "wanted", "code"),
    [
        ([],                              "web", "PortMissing"),
        ([{"port": 81}],                  "80",  "PortMissing"),
        ([{"port": 80, "protocol": "UDP"}], "80", "PortNotTCP"),
    ],
    ids=range(3),
)  # fmt: skip
def test_ports_of_an_external_name(ports: list[dict[str, object]], wanted: str, code: str) -> None:
    found = merged(wanted, external("cart", "api.example", *ports), ANSWER)
    assert told(found.refused) == [("field", code)] * 2
    assert found.resolves == ""


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "", "a\nb"])
def test_an_external_name_that_cannot_be_used(name: str) -> None:
    found = merged("80", external("cart", name))
    assert told(found.refused) == [("field", "ExternalNameInvalid")] * 2
    assert (found.endpoints, found.resolves) == ((), "")


def test_an_external_name_waits_for_its_first_answer_in_silence() -> None:
    found = merged("80", external("cart", "api.example"))
    assert (found.endpoints, found.refused, found.resolves) == ((), (), "api.example")
    answered = merged("80", external("cart", "api.example"), resolution("api.example"))
    assert told(answered.refused) == [("field", "NoEndpoints")] * 2
    assert answered.resolves == "api.example"  # asked again
