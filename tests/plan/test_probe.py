"""What is to be asked for its health."""

from portico.model.ref import Ref
from portico.plan.probe import Probe, probe_key


def test_one_key_for_all_that_ask_the_same_of_a_node() -> None:
    assert str(probe_key("node-a.example", 10256)) == "probe node-a.example/10256"


def test_a_failed_node_is_found_within_two_seconds() -> None:
    """With the defaults: the checks that have to fail, each with its time to wait."""
    usual = Probe(probe_key("a", 1), Ref("Node", "", "a"), "10.1.0.1", 1, "/healthz")
    assert usual.unhealthy * (usual.interval + usual.timeout) <= 2
