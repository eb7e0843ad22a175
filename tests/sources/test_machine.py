"""The addresses of a machine, and who listens on it: in network namespaces of our own."""

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import asynccontextmanager, closing

import pytest

from portico.ipam.node_ports import Slot
from portico.model.local import THIS_MACHINE, Listening, Machine
from portico.model.ref import Ref
from portico.plan.key import Key
from portico.plan.transport import Transport
from portico.sources.machine import ThisMachine
from portico.sources.network.listeners import Listener
from sources.following import Told, follow
from support.netns import Network, Space, needs_namespaces

pytestmark = needs_namespaces

TCP, UDP = Transport.TCP, Transport.UDP


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as made:
        yield made


@pytest.fixture
def space(network: Network) -> Space:
    """Two interfaces; the second one has the default route."""
    made = network.space("machine")
    network.switch("one").plug(made, "192.0.2.1/24", "2001:db8:1::1/64", interface="eth0")
    network.switch("two").plug(made, "198.51.100.7/24", "2001:db8:2::7/64", interface="eth1")
    made.ip("route add default via 198.51.100.1 dev eth1", "route add ::/0 via 2001:db8:2::1")
    return made


@asynccontextmanager
async def looking(*, own=(), leased=frozenset(), every=0.05):
    source = ThisMachine(own, lambda: frozenset(leased), every)
    async with follow(source) as told:
        yield source, told


def inside(space: Space, story) -> None:
    """Whatever the story makes belongs to the space."""
    space.call(lambda: asyncio.run(story()))


def machine(told: Told) -> Machine:
    return told.facts[THIS_MACHINE]


def heard(told: Told) -> dict[str, tuple[str, ...]]:
    """What is told of programs that listen."""
    facts = told.facts.items()
    return {ref.name: fact.addresses for ref, fact in facts if ref.kind == Listening.KIND}


def listen(address: str, port: int, *, both: bool = False) -> closing:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.create_server((address, port), family=family, dualstack_ipv6=both)
    return closing(listening)


def take(address: str, port: int) -> closing:
    """A UDP port."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind((address, port))
    return closing(taken)


def test_addresses_are_told_and_those_of_the_default_route_are_primary(space):
    async def story():
        async with looking() as (_, told):
            assert machine(told).addresses == (
                "192.0.2.1",
                "198.51.100.7",
                "2001:db8:1::1",
                "2001:db8:2::7",
            )
            assert machine(told).primary == ("198.51.100.7", "2001:db8:2::7")

    inside(space, story)


def test_without_a_default_route_the_first_address_is_primary(space):
    space.ip("route del default", "route del ::/0")
    order = list(dict.fromkeys(re.findall(r"eth[01]", space.run("ip", "-o", "-4", "address"))))
    address = {"eth0": "192.0.2.1", "eth1": "198.51.100.7"}
    first, second = (address[interface] for interface in order)

    async def story():
        async with looking() as (_, told):
            assert machine(told).primary[0] == first
            space.ip(f"route add default dev {order[1]}")
            await told.until(lambda told: machine(told).primary[0] == second)

    inside(space, story)


def test_the_kernel_tells_of_new_addresses_at_once(space):
    async def story():
        async with looking(every=3600.0) as (_, told):
            space.ip("addr add 192.0.2.99/24 dev eth0")
            await told.until(lambda told: "192.0.2.99" in machine(told).addresses)
            space.ip("link set eth1 down")
            await told.until(lambda told: "198.51.100.7" not in machine(told).addresses)
            assert machine(told).primary == ("192.0.2.1", "2001:db8:1::1")

    inside(space, story)


def test_a_machine_without_a_network_has_no_addresses(network):
    async def story():
        async with looking() as (_, told):
            assert machine(told) == Machine(metadata=machine(told).metadata)

    inside(network.space("alone"), story)


def test_programs_that_listen_are_told_and_forgotten(space):
    async def story():
        with listen("192.0.2.1", 8080), listen("127.0.0.1", 9000), listen("::1", 9001):
            async with looking() as (source, told):
                assert heard(told) == {"tcp-8080": ("192.0.2.1",)}
                with listen("198.51.100.7", 8080), listen("::", 8081):
                    await told.until(lambda told: len(heard(told)) == 2)
                    both = ("192.0.2.1", "198.51.100.7")
                    await told.until(lambda told: heard(told)["tcp-8080"] == both)
                    assert heard(told)["tcp-8081"] == ("::",)
                    assert source.busy() == {Slot(TCP, 8080), Slot(TCP, 8081)}
                await told.until(lambda told: heard(told) == {"tcp-8080": ("192.0.2.1",)})

    inside(space, story)


def test_a_socket_of_both_families_has_the_port_in_both(space):
    async def story():
        with listen("::", 8080, both=True):
            async with looking() as (_, told):
                assert heard(told) == {"tcp-8080": ("0.0.0.0", "::")}

    inside(space, story)


def test_a_udp_port_counts_when_it_stays(space):
    async def story():
        async with looking() as (_, told):
            with take("0.0.0.0", 5353):
                await told.until(lambda told: heard(told) == {"udp-5353": ("0.0.0.0",)})
            await told.until(lambda told: told.drops == [Ref(Listening.KIND, "", "udp-5353")])

    inside(space, story)


def test_connections_are_not_listeners(space):
    async def story():
        with listen("192.0.2.1", 8080) as server:
            client = socket.create_connection(("192.0.2.1", 8080))
            with closing(client), closing(server.accept()[0]):
                async with looking() as (_, told):
                    assert heard(told) == {"tcp-8080": ("192.0.2.1",)}

    inside(space, story)


def test_what_we_served_first_is_not_taken_away(space):
    async def story():
        async with looking() as (source, told):
            source.serve({Key("nodePort", "tcp/30080"): Listener(TCP, 30080, "")})
            with listen("0.0.0.0", 30080), listen("0.0.0.0", 30081):
                await told.until(lambda told: "tcp-30081" in heard(told))
                assert "tcp-30080" not in heard(told)
                source.serve({})
                await told.until(lambda told: "tcp-30080" in heard(told))

    inside(space, story)


def test_our_own_ports_and_leased_ones_are_not_told(space):
    async def story():
        with listen("0.0.0.0", 80), listen("0.0.0.0", 30500), listen("0.0.0.0", 30501):
            async with looking(own=[Slot(TCP, 80)], leased=[Slot(TCP, 30500)]) as (source, told):
                assert heard(told) == {"tcp-30501": ("0.0.0.0",)}
                source.serve({Key("nodePort", "tcp/30500"): Listener(TCP, 30500, "")})

    inside(space, story)
