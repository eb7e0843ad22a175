"""Which endpoints of a Service port a pool of the kernel holds, and why not the others."""

from ipaddress import ip_network

import pytest

from compiler.l4 import HERE, MACHINE
from compiler.world import look_at, told
from model.build import node, pod, slice_of
from portico.compiler.look import Look
from portico.compiler.merge.candidates import Candidate, Wanted, candidates_of
from portico.compiler.merge.choice import Choice, choose, forwardable
from portico.compiler.merge.topology import ZONE
from portico.compiler.wants_l4 import PoolWant, Reach
from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.pool import PoolName, Scope
from portico.plan.transport import Family, Transport
from portico.settings import Settings

CART = Ref("Service", "shop", "cart")
NAME = PoolName("shop", "cart", 80, Transport.TCP, Family.IPV4, Scope.CLUSTER)
REACH = Reach("", frozenset({("192.0.2.9", 80)}), node_port=30080)
DRAINING = {"ready": False, "serving": True, "terminating": True}


def want(scope: Scope = Scope.CLUSTER, distribution: str = "") -> PoolWant:
    reach = Reach("", frozenset(), distribution=distribution)
    return PoolWant(NAME._replace(scope=scope), reach, Origin(CART, ""))


def chosen(pods: list[dict[str, object]], wanted: PoolWant) -> Choice:
    look = look_at(slice_of("cart", *pods), node("here", labels={ZONE: "z1"}), settings=HERE)
    return choose(candidates_of(Wanted(CART, ""), look).candidates, wanted, look)


def names(choice: Choice) -> list[str]:
    return [candidate.address for candidate in choice.chosen]


def reasons(choice: Choice) -> dict[str, str]:
    return {left.who.partition(":")[0]: left.reason for left in choice.left_out}


ONE, TWO, GONE, BAD = (
    pod("10.0.0.1", "here", "z1"),
    pod("10.0.0.2", "there", "z2"),
    pod("10.0.0.3", "here", "z1", **DRAINING),
    pod("10.0.0.4", "there", "z2", ready=False),
)


@pytest.mark.parametrize(
    ("pods", "scope", "expected", "left_out", "elsewhere"),
    [
        ([ONE, TWO], "cluster", [1, 2], {},                                            False),
        ([ONE, GONE, BAD], "cluster", [1], {3: "terminating", 4: "not ready"},         False),
        ([GONE, BAD], "cluster", [3], {4: "not ready"},                                False),
        ([BAD],      "cluster", [],     {4: "not ready"},                              False),
        ([],         "cluster", [],     {},                                            False),
        ([ONE, TWO], "local",   [1],    {2: "on node there"},                          False),
        ([ONE, GONE], "local",  [1],    {3: "terminating"},                            False),
        # The draining one of this node comes before the ready one of another.
        ([GONE, TWO], "local",  [3],    {2: "on node there"},                          False),
        ([TWO],      "local",   [],     {2: "on node there"},                          True),
        ([BAD],      "local",   [],     {4: "on node there"},                          False),
        ([pod("10.0.0.5")], "local", [], {5: "names no node"},                         True),
    ],
    ids=range(11),
)  # fmt: skip
def test_who_is_used(
    pods: list[dict[str, object]],
    scope: str,
    expected: list[int],
    left_out: dict[int, str],
    elsewhere: bool,
) -> None:
    found = chosen(pods, want(Scope(scope)))
    assert names(found) == [f"10.0.0.{n}" for n in expected]
    assert reasons(found) == {f"10.0.0.{n}": reason for n, reason in left_out.items()}
    assert found.exists_elsewhere is elsewhere


def test_those_nearer_are_preferred_but_not_by_the_policy_local() -> None:
    near = chosen([ONE, TWO, BAD], want(distribution="PreferClose"))
    assert names(near) == ["10.0.0.1"]
    assert reasons(near) == {
        "10.0.0.2": "others are nearer to zone z1", "10.0.0.4": "not ready",
    }  # fmt: skip
    elsewhere = [pod("10.0.0.1", "here", hints="zone:z9"), pod("10.0.0.2", "x", hints="zone:z1")]
    assert names(chosen(elsewhere, want(Scope.LOCAL))) == ["10.0.0.1"]


def test_of_terminating_ones_each_will_do() -> None:
    leaving = [pod("10.0.0.1", zone="z1", **DRAINING), pod("10.0.0.2", zone="z2", **DRAINING)]
    assert names(chosen(leaving, want(distribution="PreferClose"))) == ["10.0.0.1", "10.0.0.2"]


def test_reasons_can_be_printed_whatever_a_node_is_called() -> None:
    (reason,) = reasons(chosen([pod("10.0.0.1", "a\nb" * 1000)], want(Scope.LOCAL))).values()
    assert reason.isprintable()
    assert len(reason) < 300


def at(address: str, port: int) -> Candidate:
    return Candidate(address, port, Origin(CART, ""))


@pytest.mark.parametrize(
    ("candidate", "code"),
    [
        (at("10.0.0.1", 80),     None),
        (at("127.0.0.1", 80),    "EndpointLoopback"),
        (at("127.9.9.9", 80),    "EndpointLoopback"),
        (at("::1", 80),          "EndpointLoopback"),
        (at("192.0.2.9", 80),    "EndpointLoops"),
        (at("192.0.2.9", 8080),  None),                # a program on the same address
        (at("192.0.2.1", 30080), "EndpointLoops"),     # this machine, at the node port
        (at("192.0.2.2", 30080), None),                # where node ports do not answer
        (at("192.0.2.1", 8080),  None),
    ],
    ids=str,
)  # fmt: skip
def test_what_the_kernel_can_send_packets_to(candidate: Candidate, code: str | None) -> None:
    found = forwardable([candidate], REACH, look_at(MACHINE))
    assert found.candidates == ([] if code else [candidate])
    assert told(found.refused) == ([("", code)] if code else [])


def test_a_node_port_is_no_circle_where_this_machine_is_unknown() -> None:
    look: Look = look_at(settings=Settings(node_port_addresses=(ip_network("0.0.0.0/0"),)))
    assert forwardable([at("192.0.2.1", 30080)], REACH, look).refused == ()
