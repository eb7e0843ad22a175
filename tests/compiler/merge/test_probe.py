"""Claims on the health of one node -> Probe."""

from compiler.l4 import IN_FRONT
from compiler.world import compiled
from model.build import node, service
from portico.compiler.health_check import PREFIX
from portico.model.core import Service
from portico.model.fact import Fact
from portico.model.ref import Ref
from portico.plan.probe import Probe, probe_key

A = node("a", "10.1.0.1")


def probe(name: str, port: int, *facts: Fact) -> Probe:
    found = compiled(*facts, settings=IN_FRONT)[probe_key(name, port)]
    assert isinstance(found, Probe)
    return found


def asking(name: str, node_port: int, **checks: str) -> Service:
    annotations = {PREFIX + key.replace("_", "-"): text for key, text in checks.items()}
    port = {"port": 80, "nodePort": node_port}
    return service(name, port, type="NodePort", annotations=annotations)


def test_one_probe_for_all_services() -> None:
    found = probe("a", 10256, A, asking("x", 30002), asking("y", 30001), asking("z", 30003))
    assert found == Probe(
        probe_key("a", 10256),
        Ref("Node", "", "a"),
        "10.1.0.1",
        10256,
        "/healthz",
        connect_ports=(30001, 30002, 30003),
    )


def test_as_quick_and_as_strict_as_the_strictest_asks() -> None:
    slow = asking("x", 30001, interval="30", timeout="5", unhealthy_threshold="5")
    quick = asking("y", 30002, interval="10", timeout="8", healthy_threshold="3")
    alone = probe("a", 10256, A, slow)
    assert (alone.interval, alone.timeout, alone.healthy, alone.unhealthy) == (30, 5, 1, 5)
    both = probe("a", 10256, A, slow, quick)
    assert (both.interval, both.timeout, both.healthy, both.unhealthy) == (10, 5, 1, 2)
    usual = probe("a", 10256, A, slow, asking("z", 30003))
    assert (usual.interval, usual.timeout) == (0.5, 0.5)


def test_the_oldest_says_what_is_asked_for() -> None:
    young = asking("young", 30001, port="8080", path="/young")
    old = asking("old@2024", 30002, port="8080", path="/old")
    assert probe("a", 8080, A, young, old).path == "/old"
    assert probe("a", 8080, A, young).path == "/young"


def test_it_goes_where_the_node_goes() -> None:
    assert probe("a", 10256, node("a", "10.1.0.9"), asking("x", 30001)).address == "10.1.0.9"
