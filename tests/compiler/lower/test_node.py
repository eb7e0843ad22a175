"""Node -> claims on its probes: what Services behind node ports want to know of every node."""

import pytest

from compiler.l4 import IN_FRONT, refused
from compiler.world import look_at, lowered
from model.build import node, service
from portico.compiler.claim import Claim
from portico.compiler.health_check import PREFIX, HealthCheck
from portico.compiler.lower.node import checks_wanted
from portico.compiler.wants_l4 import ProbeWant
from portico.model.core import Node, Service

A = node("a", "10.1.0.1")
WEB = {"port": 80, "name": "web", "nodePort": 32111}
DNS = {"port": 53, "name": "dns", "nodePort": 32053, "protocol": "UDP"}


def probes(claims: list[Claim]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The path and the ports to be tried, by probe."""
    return {
        claim.key.name: (claim.want.check.path, claim.want.connect_ports)
        for claim in claims
        if isinstance(claim.want, ProbeWant)
    }


def asking(name: str, node_port: int, **checks: str) -> Service:
    annotations = {PREFIX + key.replace("_", "-"): text for key, text in checks.items()}
    port = {"port": 80, "nodePort": node_port}
    return service(name, port, type="NodePort", annotations=annotations)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"type": "NodePort", "ports": [WEB]},      {"a/10256": ("/healthz", (32111,))}),
        ({"type": "NodePort", "ports": [WEB, DNS]}, {"a/10256": ("/healthz", (32111,))}),
        ({"type": "NodePort", "ports": [DNS]},      {"a/10256": ("/healthz", ())}),
        ({"type": "NodePort", "ports": [{"port": 80}]}, {}),
        ({"type": "ClusterIP", "ports": [WEB]},     {}),
        ({"type": "LoadBalancer", "ports": [WEB], "externalTrafficPolicy": "Local",
          "healthCheckNodePort": 32222},            {"a/32222": ("/healthz", ())}),
        # Without a health check node port, the node port itself tells who has endpoints.
        ({"type": "NodePort", "ports": [WEB, DNS], "externalTrafficPolicy": "Local"},
         {"a/32111": ("", ()), "a/10256": ("/healthz", ())}),
    ],
    ids=range(7),
)  # fmt: skip
def test_what_a_node_is_asked(
    spec: dict[str, object], expected: dict[str, tuple[str, tuple[int, ...]]]
) -> None:
    fact = service(**spec)  # type: ignore[arg-type]
    assert probes(lowered(A, fact, settings=IN_FRONT)) == expected


@pytest.mark.parametrize(
    ("fact", "codes"),
    [
        (node("a"),                                  ["NodeWithoutAddress"]),
        (node("a", "Hostname=a.example"),            ["NodeWithoutAddress"]),
        (node("a", leaving=True),                    []),    # it gets nothing anyway
        (node("a", "10.1.0.1", leaving=True),        []),
    ],
    ids=range(4),
)  # fmt: skip
def test_who_gets_nothing_is_not_asked(fact: Node, codes: list[str]) -> None:
    claims = lowered(fact, asking("x", 30001))
    assert probes(claims) == {}
    assert refused(claims) == [("status.addresses", code) for code in codes]


def test_of_a_node_nothing_is_told_but_its_troubles() -> None:
    assert [claim.key.kind for claim in lowered(A, asking("x", 30001))] == ["probe"]
    assert lowered(A) == []


def test_one_check_for_all_services() -> None:
    look = look_at(asking("x", 30002), asking("y", 30001), asking("z", 30003))
    assert checks_wanted(look) == ((HealthCheck(10256, "/healthz"), (30001, 30002, 30003)),)


def test_as_quick_and_as_strict_as_the_strictest_asks() -> None:
    slow = asking("x", 30001, interval="30", timeout="5", unhealthy_threshold="5")
    quick = asking("y", 30002, interval="10", timeout="8", healthy_threshold="3")

    def wanted(*services: Service) -> HealthCheck:
        ((check, _),) = checks_wanted(look_at(*services))
        return check

    assert wanted(slow)[2:] == (30, 5, 1, 5)
    assert wanted(slow, quick)[2:] == (10, 5, 1, 2)
    assert wanted(slow, asking("z", 30003))[2:] == (0.5, 0.5, 1, 2)


def test_the_oldest_says_what_is_asked_for() -> None:
    young = asking("young", 30001, port="8080", path="/young")
    old = asking("old@2024", 30002, port="8080", path="/old")
    assert probes(lowered(A, young, old)) == {"a/8080": ("/old", ())}
    assert probes(lowered(A, young)) == {"a/8080": ("/young", ())}
