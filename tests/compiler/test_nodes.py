"""Which nodes can be sent traffic, and where."""

import pytest

from model.build import node, service
from portico.compiler.nodes import EXCLUDED, GOING, node_address, node_flaw, node_port_of
from portico.model.core import Node
from portico.plan.transport import Family

V4, V6 = Family.IPV4, Family.IPV6


@pytest.mark.parametrize(
    ("fact", "word"),
    [
        (node("a"),                                              ""),
        (node("a", labels={"kubernetes.io/arch": "arm64"}),      ""),
        (node("a", taints=["node.kubernetes.io/not-ready"]),     ""),       # its health is asked
        (node("a", taints=["node.kubernetes.io/unschedulable"]), ""),       # of new pods, not this
        (node("a", labels={EXCLUDED: "true"}),                   "label"),
        (node("a", labels={EXCLUDED: ""}),                       "label"),
        (node("a", labels={EXCLUDED: "false"}),                  "label"),  # as everywhere
        (node("a", taints=[GOING]),                              "autoscaler"),
        (node("a", leaving=True),                                "deleted"),
    ],
    ids=range(9),
)  # fmt: skip
def test_who_is_left_alone(fact: Node, word: str) -> None:
    flaw = node_flaw(fact)
    assert bool(flaw) is bool(word)
    assert word in flaw


BOTH = node("a", "Hostname=a", "ExternalIP=198.51.100.1", "10.1.0.1", "2001:DB8::1")


@pytest.mark.parametrize(
    ("fact", "family", "expected"),
    [
        (BOTH, None, ("10.1.0.1", 2)),
        (BOTH, V4,   ("10.1.0.1", 2)),
        (BOTH, V6,   ("2001:db8::1", 3)),
        (node("a", "ExternalIP=198.51.100.1"),  V4,   ("198.51.100.1", 0)),
        (node("a", "ExternalIP=198.51.100.1"),  V6,   None),
        (node("a", "10.1.0.1", "10.1.0.2"),     None, ("10.1.0.1", 0)),
        (node("a", "odd", "10.1.0.2"),          None, ("10.1.0.2", 1)),
        (node("a", "2001:db8::1", "10.1.0.2"),  None, ("2001:db8::1", 0)),
        (node("a", "Hostname=10.1.0.1"),        None, None),
        (node("a"),                             None, None),
    ],
    ids=range(10),
)  # fmt: skip
def test_where_a_node_is_reached(
    fact: Node, family: Family | None, expected: tuple[str, int] | None
) -> None:
    found = node_address(fact, family)
    assert (found and (found[0], found[1].field)) == (
        expected and (expected[0], f"status.addresses[{expected[1]}].address")
    )
    assert found is None or found[1].ref == fact.ref


@pytest.mark.parametrize(
    ("kind", "number"), [("NodePort", 30080), ("LoadBalancer", 30080), ("ClusterIP", 0)]
)
def test_only_some_types_have_node_ports(kind: str, number: int) -> None:
    fact = service("cart", {"port": 80, "nodePort": 30080}, type=kind)
    assert node_port_of(fact, fact.spec.ports[0]) == number
