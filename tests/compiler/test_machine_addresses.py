"""What the addresses of this machine are used for."""

from ipaddress import ip_network

import pytest

from compiler.l4 import MACHINE
from compiler.world import look_at
from portico.compiler.machine_addresses import (
    load_balancer_addresses,
    machine_of,
    node_port_addresses,
)
from portico.settings import Settings, Via


def test_this_machine_may_be_unknown() -> None:
    assert machine_of(look_at()) is None
    assert machine_of(look_at(MACHINE)) == MACHINE


@pytest.mark.parametrize(
    ("networks", "expected"),
    [
        ([],                                ["192.0.2.1", "2001:db8::1"]),    # the primary ones
        (["192.0.2.0/24"],                  ["192.0.2.1", "192.0.2.2"]),
        (["192.0.2.2/32", "2001:db8::/64"], ["192.0.2.2", "2001:db8::1", "2001:db8::2"]),
        (["0.0.0.0/0"],                     ["192.0.2.1", "192.0.2.2"]),
        (["10.0.0.0/8"],                    []),
    ],
    ids=range(5),
)  # fmt: skip
def test_where_node_ports_answer(networks: list[str], expected: list[str]) -> None:
    settings = Settings(node_port_addresses=tuple(map(ip_network, networks)))
    assert node_port_addresses(MACHINE, settings) == tuple(expected)


def test_in_front_of_the_nodes_none_answers() -> None:
    assert node_port_addresses(MACHINE, Settings(via=Via.NODE_PORT)) == ()


def test_addresses_for_load_balancers() -> None:
    named = Settings(load_balancer_addresses=("203.0.113.1",))
    assert load_balancer_addresses(MACHINE.primary, Settings()) == MACHINE.primary
    assert load_balancer_addresses(MACHINE.primary, named) == ("203.0.113.1",)
    assert load_balancer_addresses((), Settings()) == ()
