"""UDP flows do not outlive what they lead to, nor do unanswered TCP connections; nobody else's are
touched."""

import contextlib
import itertools
import select
import socket

import pytest

from engines_nftables.spaces import needs_namespaces
from engines_nftables.test_packets import ALL4, ALL6, HERE, VIP, VIP6
from engines_nftables.units import TCP, UDP, forwarding, frontend, node_port, plan_of, pool
from engines_nftables.world import PATIENCE, PORT
from live.until import until
from portico.plan.plan import diff
from portico.plan.transport import Family

pytestmark = needs_namespaces


def web(*addresses, family=Family.IPV4):
    return pool("web", addresses, transport=UDP, family=family)


@pytest.mark.parametrize("vip", [VIP, VIP6], ids=["ipv4", "ipv6"])
def test_a_flow_leaves_an_endpoint_that_left(world, engine, vip):
    family, found = (Family.IPV6, ALL6) if vip == VIP6 else (Family.IPV4, ALL4)
    all_of_it = web(*found, family=family)
    plan = plan_of(HERE, all_of_it, frontend(vip[0], all_of_it.key, transport=UDP))
    engine.settle(plan)
    with world.flow(vip) as flow:
        first = flow.ask().split()[0]
        rest = web(*(address for address in found if address != first), family=family)
        less = {**plan, rest.key: rest}
        engine.settle(less, diff(plan, less))
        assert flow.ask().split()[0] in set(found) - {first}


def test_the_flows_of_others_stay(world, engine):
    both = web("10.2.0.1", "10.2.0.2")
    plan = plan_of(HERE, both, frontend(VIP[0], both.key, transport=UDP))
    engine.settle(plan)
    # Straight to an endpoint that will leave: that is no business of ours.
    with world.flow(("10.2.0.1", PORT)) as straight:
        straight.ask()
        before = ports_of(world, "10.2.0.1")
        one = web("10.2.0.2")
        engine.settle({**plan, one.key: one}, None)
        assert ports_of(world, "10.2.0.1") == before != []


def test_the_last_endpoint_leaves(world, engine):
    one = web("10.2.0.1")
    plan = plan_of(HERE, one, frontend(VIP[0], one.key, transport=UDP))
    engine.settle(plan)
    with world.flow(VIP) as flow:
        assert flow.ask().startswith("10.2.0.1")
        engine.settle({**plan, one.key: web()}, None)
        assert flow.ask() == "refused"


def test_a_flow_that_was_there_before_its_frontend(world, engine):
    """The kernel remembers that it went nowhere, and would go on so."""
    one = web("10.2.0.1")
    engine.settle(plan_of(HERE, one))
    with world.flow(VIP) as flow:
        flow.asking.settimeout(0.3)
        assert flow.ask() in ("nothing", "refused")
        plan = plan_of(HERE, one, frontend(VIP[0], one.key, transport=UDP))
        engine.settle(plan, None)
        assert flow.ask().startswith("10.2.0.1")


def test_node_ports_have_flows_too(world, engine):
    both = web("10.2.0.1", "10.2.0.2")
    plan = plan_of(HERE, both, node_port(30053, forwarding(both.key), transport=UDP))
    engine.settle(plan)
    with world.flow(("10.1.0.1", 30053)) as flow:
        first = flow.ask().split()[0]
        other = "10.2.0.2" if first == "10.2.0.1" else "10.2.0.1"
        engine.settle({**plan, both.key: web(other)}, None)
        assert flow.ask().split()[0] == other


def test_tcp_connections_are_left_to_end_by_themselves(world, engine):
    both = pool("web", ["10.2.0.1", "10.2.0.2"], transport=TCP)
    plan = plan_of(HERE, both, frontend(VIP[0], both.key))
    engine.settle(plan)
    world.ask(VIP)
    before = world.balancer.run("conntrack", "-L", "-p", "tcp").count("dst=10.96.0.1")
    engine.settle(plan_of(HERE, pool("web"), frontend(VIP[0], both.key)), None)
    after = world.balancer.run("conntrack", "-L", "-p", "tcp").count("dst=10.96.0.1")
    assert after == before > 0


@pytest.mark.parametrize("by", ["client", "balancer"])
@pytest.mark.parametrize("vip", [VIP, VIP6], ids=["ipv4", "ipv6"])
def test_who_was_never_answered_asks_somebody_else(world, engine, vip, by):
    """An endpoint dies, and leaves the plan: a connection that was begun between comes about."""
    family, found = (Family.IPV6, ALL6) if vip == VIP6 else (Family.IPV4, ALL4)
    dead, healthy = (pool("web", [address], family=family) for address in found[:2])
    way = frontend(vip[0], dead.key)
    plan, later = plan_of(HERE, dead, way), plan_of(HERE, healthy, way)
    engine.settle(plan)
    with deaf(world, found[0]), connecting(world, vip, getattr(world, by)) as asking:
        until(lambda: "SYN_SENT" in connections(world, vip), "a question without an answer")
        engine.settle(later, diff(plan, later))
        asking.settimeout(3 * PATIENCE)
        assert asking.recv(200).decode().startswith(found[1])


def test_who_was_never_answered_at_a_node_port(world, engine):
    dead, healthy = (pool("web", [address]) for address in ALL4[:2])
    way = node_port(30080, forwarding(dead.key))
    engine.settle(plan_of(HERE, dead, way))
    where = ("10.1.0.1", 30080)
    with deaf(world, ALL4[0]), connecting(world, where, world.client) as asking:
        until(lambda: "SYN_SENT" in connections(world, where), "a question without an answer")
        engine.settle(plan_of(HERE, healthy, way), None)
        asking.settimeout(3 * PATIENCE)
        assert asking.recv(200).decode().startswith(ALL4[1])


def test_changes_without_a_pause_do_not_put_it_off_for_ever(world, engine):
    dead, healthy = (pool("web", [address]) for address in ALL4[:2])
    way = frontend(VIP[0], dead.key)
    engine.settle(plan_of(HERE, dead, way))
    plans = itertools.cycle(
        plan_of(HERE, healthy, way, pool("other", [address])) for address in ALL4
    )
    with deaf(world, ALL4[0]), connecting(world, VIP, world.client):
        until(lambda: "SYN_SENT" in connections(world, VIP), "a question without an answer")
        until(lambda: engine.serve(next(plans), None)["flows_deleted"], "a look at the flows")


def test_an_answered_connection_goes_on_with_an_endpoint_that_left(world, engine):
    with world.endpoints.inside():
        listening = [socket.create_server((address, 8081)) for address in ALL4[:2]]
    quiet = pool("web", ["10.2.0.1", "10.2.0.2"], port=8081)
    plan = plan_of(HERE, quiet, frontend(VIP[0], quiet.key))
    engine.settle(plan)
    with contextlib.ExitStack() as stack:
        first, second = (stack.enter_context(one) for one in listening)
        asking = stack.enter_context(connecting(world, VIP, world.client))
        until(lambda: "ESTABLISHED" in connections(world, VIP), "a connection")
        deleted = engine.settle({**plan, quiet.key: pool("web")}, None)["flows_deleted"]
        assert deleted == 0
        asking.settimeout(PATIENCE)
        taken = stack.enter_context(taken_by(first, second))
        asking.sendall(b"still here")
        assert taken.recv(20) == b"still here"


def test_unanswered_connections_to_who_stays_are_left_alone(world, engine):
    """And those that somebody makes straight to an endpoint, which are not ours."""
    both = pool("web", ["10.2.0.1", "10.2.0.2"])
    other = pool("other", ["10.2.0.1"])
    ways = frontend(VIP[0], both.key), frontend("10.96.0.2", other.key)
    plan = plan_of(HERE, both, other, *ways)
    engine.settle(plan)
    straight, second = ("10.2.0.1", PORT), ("10.96.0.2", 80)
    with (
        deaf(world, "10.2.0.1"),
        connecting(world, second, world.client),
        connecting(world, straight, world.client),
    ):
        for where in (second, straight):
            until(lambda w=where: "SYN_SENT" in connections(world, w), "a question")
        less = {**plan, both.key: pool("web", ["10.2.0.2"])}
        assert engine.settle(less, diff(plan, less))["flows_deleted"] == 0


@contextlib.contextmanager
def deaf(world, address: str):
    """Whoever has this address does not answer TCP, as if its machine were gone."""
    word = "ip6" if ":" in address else "ip"
    world.endpoints.nft(
        "add table inet deaf; add chain inet deaf in { type filter hook input priority 0; }; "
        f"add rule inet deaf in meta l4proto tcp {word} daddr {address} drop"
    )
    try:
        yield
    finally:
        world.endpoints.nft("delete table inet deaf")


@contextlib.contextmanager
def connecting(world, where: tuple[str, int], by):
    """A connection that is begun, and goes on by itself."""
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    with by.inside():
        asking = socket.socket(family, socket.SOCK_STREAM)
    with asking:
        asking.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            asking.connect(where)
        yield asking


def taken_by(*listening: socket.socket) -> socket.socket:
    """The connection that one of these has got."""
    ready, _, _ = select.select(listening, [], [], PATIENCE)
    return ready[0].accept()[0]


def connections(world, where: tuple[str, int]) -> str:
    words = ["-f", "ipv6"] if ":" in where[0] else []
    command = ["conntrack", "-L", "-p", "tcp", *words, "--orig-dst", where[0]]
    return world.balancer.run(*command, "--orig-port-dst", str(where[1]))


def ports_of(world, address: str) -> list[str]:
    listing = world.balancer.run("conntrack", "-L", "-p", "udp", "--orig-dst", address)
    return sorted(word for word in listing.split() if word.startswith("sport="))
