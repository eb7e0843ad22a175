"""What Portico itself finds out and remembers."""

import pytest

from model.build import document, health, lease, listening
from portico.model.decode import KINDS, Trouble, decode
from portico.model.local import (
    THIS_MACHINE,
    Failed,
    Health,
    Listening,
    Machine,
    NodePortLease,
    healths_at,
    lease_name,
    listening_name,
    machine,
)
from portico.model.ref import Ref
from portico.plan.probe import probe_key


def test_there_is_one_machine() -> None:
    found = machine(("192.0.2.1", "192.0.2.2"), ("192.0.2.1",))
    assert found.ref == THIS_MACHINE
    assert (found.addresses, found.primary) == (("192.0.2.1", "192.0.2.2"), ("192.0.2.1",))


def test_names() -> None:
    assert listening_name("tcp", 80) == "tcp-80"
    assert lease_name("web", 80, "tcp") == "web.80-tcp"


def test_names_lead_to_the_facts() -> None:
    assert listening(listening_name("tcp", 80)).ref == Ref("Listening", "", "tcp-80")
    assert lease(lease_name("web", 80, "tcp"), 31000).ref == Ref(
        "NodePortLease", "shop", "web.80-tcp"
    )
    assert health(probe_key("node-a", 10256).name).ref == Ref("Health", "", "node-a/10256")


def test_all_that_is_asked_at_one_port_is_found_together() -> None:
    assert health("a/10256").groups() == health("b/10256").groups() == {healths_at(10256)}
    assert health("a/32222").groups() == {healths_at(32222)}


def test_what_a_health_says() -> None:
    assert health("a/10256").healthy
    found = health("a/10256", "timed out", p32111="refused")
    assert (found.healthy, found.reason) == (False, "timed out")
    assert found.failed_ports == (Failed(32111, "refused"),)


@pytest.mark.parametrize("kind", [Machine, Listening, NodePortLease, Health])
def test_no_manifest_can_say_any_of_this(kind: type) -> None:
    assert kind not in KINDS.values()
    found = decode(document("v1", kind.KIND, "this", ""))
    assert isinstance(found, Trouble)
    assert "not a kind Portico reads" in found.reason
