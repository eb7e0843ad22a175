"""On which interfaces an address is announced, and that each network has an owner of its own."""

import pytest

from engines_arp.plans import announced, plan_of
from engines_arp.stage import Stage
from live.until import until
from portico.plan.layer2 import Announcer
from support.netns import needs_namespaces

pytestmark = needs_namespaces

VIP = "192.0.2.100"


@pytest.fixture
def two_networks(network, tmp_path):
    """`n1` and `n2` are on the first, `n1` and `n3` on the second one, all by an interface of its
    own name; whoever listens on the second one is `other`.
    """
    stage = Stage(network, tmp_path, nodes=3)
    second = network.switch("second")
    other = network.space("other")
    second.plug(other, "198.51.100.1/24")
    n1, _, n3 = stage.nodes
    stage.switch.unplug(n3.space)
    n3.space.ip("link set eth0 down")
    for number, node in ((1, n1), (3, n3)):
        second.plug(node.space, f"198.51.100.1{number}/24", interface="eth1")
    ears, other_ears = stage.listener(), stage.listener(other)
    try:
        yield stage, ears, other_ears
    finally:
        ears.close()
        other_ears.close()
        stage.close()


def test_each_network_has_an_owner_of_its_own(two_networks):
    """A node that is not on a network takes nothing away from those who are."""
    stage, ears, other_ears = two_networks
    n1, n2, n3 = stage.nodes
    weights = [Announcer(n1.name, 1), Announcer(n2.name, 2), Announcer(n3.name, 3)]
    stage.serve(plan_of(announced(VIP, *weights)))
    until(lambda: n2.holds(VIP, "eth0") and not n1.holds(VIP, "eth0"), "n2 on the first")
    until(lambda: n3.holds(VIP, "eth1") and not n1.holds(VIP, "eth1"), "n3 on the second")
    assert ears.who_has(VIP) == {n2.mac("eth0")}
    assert other_ears.who_has(VIP) == {n3.mac("eth1")}


def test_only_where_an_advertisement_says_so(two_networks):
    """L2-12: it is the hardware address of that interface; L2-15: on two, it is on both."""
    stage, ears, other_ears = two_networks
    n1 = stage.nodes[0]
    for interfaces in (("eth1",), ("eth0", "eth1"), ("eth0",)):
        stage.serve(plan_of(announced(VIP, Announcer(n1.name, 0, interfaces))))
        for interface, heard in (("eth0", ears), ("eth1", other_ears)):
            is_told = interface in interfaces
            until(lambda i=interface, t=is_told: n1.holds(VIP, i) is t, f"{interface}: {is_told}")
            found = heard.who_has(VIP, patience=1.0 if is_told else 0.3)
            assert found == ({n1.mac(interface)} if is_told else set())


def test_a_node_without_the_interface_is_no_candidate(stage, ears):
    """Where another one has it. MetalLB would choose the first, and nobody would answer."""
    first, second, _ = stage.nodes
    stage.serve(
        plan_of(announced(VIP, Announcer(first.name, 9, ("eth7",)), Announcer(second.name)))
    )
    until(lambda: stage.owner(VIP) is second, "the other one to have it")
    assert ears.who_has(VIP) == {second.mac()}


def test_the_way_to_an_address_names_an_interface(two_networks):
    """`can_reach:` of OpenELB."""
    stage, _, other_ears = two_networks
    n1 = stage.nodes[0]
    stage.serve(plan_of(announced(VIP, Announcer(n1.name, 0, ("can_reach:198.51.100.1",)))))
    until(lambda: n1.holds(VIP, "eth1"), "it to be on the second network")
    assert not n1.holds(VIP, "eth0")
    assert other_ears.who_has(VIP) == {n1.mac("eth1")}


def test_interfaces_that_are_left_out(network, tmp_path):
    stage = Stage(network, tmp_path, nodes=1)
    (node,) = stage.nodes
    try:
        node.space.ip(
            "link add docker0 type veth peer name docker1", "link set docker0 up",
            "link add br0 type bridge", "link set br0 up",
            "link add port0 type veth peer name port1", "link set port1 up",
            "link set port0 master br0", "link set port0 up",
        )  # fmt: skip
        node.serve(plan_of(announced(VIP)))
        until(lambda: node.holds(VIP), "it to have the address")
        state = node.look()
        assert {link.name for link in state.links} == {"eth0", "br0", "port1"}
        assert "part of a bridge" in state.unusable["port0"]
        assert "left out" in state.unusable["docker0"]
        assert "lo" in state.unusable
        node.take_over(interfaces=("eth0",))
        node.serve(plan_of(announced(VIP)))
        assert {link.name for link in node.look().links} == {"eth0"}
    finally:
        stage.close()


def test_somebody_else_with_our_address_is_answered_and_counted(stage, ears):
    """Whoever configured both has to settle it; we say where we are, and do not flood."""
    stage.serve(plan_of(announced(VIP)))
    (owner,) = stage.settled(VIP)
    before = len(ears.announcements[VIP])
    stage.client.run("ip", "address", "add", f"{VIP}/32", "dev", "eth0")
    ears.announce(VIP)
    until(lambda: owner.look().conflicts >= 1, "it to be counted")
    until(
        lambda: any(mac == owner.mac() for _, mac in ears.announcements[VIP][before:]), "a defence"
    )
    assert owner.holds(VIP)
    report = owner.serve(plan_of(announced(VIP)))
    assert f"{VIP}, by {ears.mac.hex(':')} on eth0" in report.detail
