"""The nodes at which a Service is reached at its node port."""

import pytest

from compiler.world import look_at
from model.build import health, node
from portico.compiler.merge.nodes import nodes_at
from portico.compiler.nodes import EXCLUDED
from portico.model.fact import Fact
from portico.plan.transport import Family

A = node("a", "10.1.0.1", "2001:db8::a")
B = node("b", "10.1.0.2")
Told = tuple[list[str], dict[str, str]]


def found(*facts: Fact, family: Family | None = Family.IPV4, check_port: int = 10256) -> Told:
    chosen, left_out = nodes_at(32111, check_port, look_at(*facts), family)
    reached = [f"{one.address}:{one.port}" for one in chosen]
    return reached, {left.who: left.reason for left in left_out}


@pytest.mark.parametrize(
    ("facts", "reached", "left_out"),
    [
        ([],      [], {}),
        ([B, A],  ["10.1.0.1:32111", "10.1.0.2:32111"], {}),
        ([A, node("b", labels={EXCLUDED: ""})], ["10.1.0.1:32111"],
         {"b": "the node is excluded from load balancers by its label"}),
        ([A, B, health("a/10256", "2 failed checks: timed out")], ["10.1.0.2:32111"],
         {"a": "2 failed checks: timed out"}),
        ([A, health("a/10256")],                        ["10.1.0.1:32111"], {}),
        ([A, health("a/32222", "503")],                 ["10.1.0.1:32111"], {}),   # of others
        ([A, health("a/10256", p32111="refused")],      [], {"a": "refused"}),
        ([A, health("a/10256", p32112="refused")],      ["10.1.0.1:32111"], {}),
        ([A, node("twin", "10.1.0.1")],                 ["10.1.0.1:32111"], {}),
    ],
    ids=range(9),
)  # fmt: skip
def test_who_gets_new_connections(
    facts: list[Fact], reached: list[str], left_out: dict[str, str]
) -> None:
    assert found(*facts) == (reached, left_out)


def test_each_family_has_its_own_addresses() -> None:
    assert found(A, B, family=Family.IPV6) == (
        ["2001:db8::a:32111"],
        {"b": "the node has no IPv6 address"},
    )
    assert found(A, B, family=None)[0] == ["10.1.0.1:32111", "10.1.0.2:32111"]
    assert found(node("c"), family=None)[1] == {"c": "the node has no address"}


def test_the_check_that_a_service_chose_decides() -> None:
    facts = (A, B, health("a/32222", "503: no endpoints"), health("b/10256", "timed out"))
    assert found(*facts, check_port=32222) == (["10.1.0.2:32111"], {"a": "503: no endpoints"})


def test_ill_without_a_word_is_ill() -> None:
    silent = health("a/10256", "x")
    silent = type(silent)(metadata=silent.metadata, healthy=False)
    assert found(A, silent) == ([], {"a": "the node is not healthy"})


def test_endpoints_come_from_the_address_of_the_node() -> None:
    (one,), _ = nodes_at(32111, 10256, look_at(A))
    assert str(one.origin) == "Node a status.addresses[0].address"
