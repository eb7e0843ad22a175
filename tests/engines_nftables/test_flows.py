"""UDP flows do not outlive what they lead to; nobody else's are touched."""

import pytest

from engines_nftables.spaces import needs_namespaces
from engines_nftables.test_packets import ALL4, ALL6, HERE, VIP, VIP6
from engines_nftables.units import TCP, UDP, forwarding, frontend, node_port, plan_of, pool
from engines_nftables.world import PORT
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


def ports_of(world, address: str) -> list[str]:
    listing = world.balancer.run("conntrack", "-L", "-p", "udp", "--orig-dst", address)
    return sorted(word for word in listing.split() if word.startswith("sport="))
