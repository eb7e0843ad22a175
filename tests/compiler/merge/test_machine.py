"""The claim of this machine on itself -> Machine."""

from ipaddress import ip_network

from compiler.l4 import MACHINE
from compiler.world import compiled
from portico.plan.machine import THIS, Machine
from portico.settings import Settings


def test_the_addresses_and_what_they_are_for() -> None:
    settings = Settings(
        node_port_addresses=(ip_network("192.0.2.2/32"),),
        load_balancer_addresses=("203.0.113.1",),
        cluster_cidrs=(ip_network("10.0.0.0/8"),),
    )
    assert compiled(MACHINE, settings=settings)[THIS] == Machine(
        THIS,
        MACHINE.addresses,
        ("192.0.2.2",),
        ("203.0.113.1",),
        (ip_network("10.0.0.0/8"),),
    )


def test_without_news_of_this_machine_there_is_no_unit() -> None:
    assert THIS not in compiled()
