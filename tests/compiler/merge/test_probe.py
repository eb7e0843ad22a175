"""The claim of a node on one of its probes -> Probe."""

from compiler.l4 import IN_FRONT
from compiler.world import compiled
from model.build import node, service
from portico.model.ref import Ref
from portico.plan.probe import Probe, probe_key

WEB = service("web", {"port": 80, "nodePort": 32111}, type="NodePort")


def test_all_of_a_probe() -> None:
    key = probe_key("a", 10256)
    found = compiled(WEB, node("a", "10.1.0.1"), settings=IN_FRONT)[key]
    assert found == Probe(
        key, Ref("Node", "", "a"), "10.1.0.1", 10256, "/healthz", connect_ports=(32111,)
    )


def test_it_goes_where_the_node_goes() -> None:
    plan = compiled(WEB, node("a", "10.1.0.9"), settings=IN_FRONT)
    found = plan[probe_key("a", 10256)]
    assert isinstance(found, Probe)
    assert found.address == "10.1.0.9"


def test_on_a_node_itself_nobody_is_asked() -> None:
    assert not any(key.kind == "probe" for key in compiled(WEB, node("a", "10.1.0.1")))
