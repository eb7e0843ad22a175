"""Who gets a connection, and whom it sees as its client: real packets through a real table."""

import socket
from collections import Counter

import pytest

from engines_nftables.live import running
from engines_nftables.spaces import needs_namespaces
from engines_nftables.units import TCP, UDP, forwarding, frontend, machine, node_port, plan_of, pool
from engines_nftables.world import PATIENCE, last
from portico.engines.nftables import Options
from portico.plan.frontend import Masquerade
from portico.plan.pool import Scope, Void
from portico.plan.transport import Family
from portico.settings import Entry, Pick

pytestmark = needs_namespaces

HERE = machine("10.1.0.1", "10.2.0.254", "fd01::1", "fd02::254")
ALL4 = ["10.2.0.1", "10.2.0.2", "10.2.0.3"]
ALL6 = ["fd02::1", "fd02::2", "fd02::3"]
VIP, VIP6 = ("10.96.0.1", 80), ("fd96::1", 80)

SO_ORIGINAL_DST = 80  # linux/netfilter_ipv4.h
BRIEF = 0.4
"""Seconds of patience where no answer is expected; an answer would take a thousandth of that."""

WEB4, WEB6 = pool("web", ALL4), pool("web", ALL6, family=Family.IPV6)
ONE = pool("web", ALL4[:1], scope=Scope.LOCAL)


def serve(engine, *units):
    engine.serve(plan_of(HERE, *units))


@pytest.mark.parametrize(("web", "vip"), [(WEB4, VIP), (WEB6, VIP6)], ids=["ipv4", "ipv6"])
def test_connections_are_spread_and_the_client_is_seen(world, engine, web, vip):
    serve(engine, web, frontend(vip[0], web.key))
    takers = world.takers(vip, 120)
    assert set(takers) == {1, 2, 3}
    assert min(takers.values()) > 15  # 40 each, if chance were fair; less is one in a million
    assert world.ask(vip).split()[1] == world.ask((web.endpoints[0].address, 8080)).split()[1]


@pytest.mark.parametrize(("family", "vip"), [(Family.IPV4, VIP), (Family.IPV6, VIP6)])
def test_udp(world, engine, family, vip):
    web = pool("web", ALL6 if family is Family.IPV6 else ALL4, transport=UDP, family=family)
    serve(engine, web, frontend(vip[0], web.key, transport=UDP))
    with world.flow(vip) as flow:
        assert flow.ask() == flow.ask()  # one flow, one endpoint


@pytest.mark.parametrize(
    ("masquerade", "pods", "sees"),
    [
        (Masquerade.NEVER, [], "10.1.0.2"),
        (Masquerade.ALWAYS, [], "10.2.0.254"),
        (Masquerade.OUTSIDERS, ["10.2.0.0/16"], "10.2.0.254"),
        (Masquerade.OUTSIDERS, ["10.1.0.0/16"], "10.1.0.2"),
        (Masquerade.OWN, [], "10.1.0.2"),
    ],
)
def test_who_is_masqueraded(world, engine, masquerade, pods, sees):
    here = machine("10.1.0.1", pods=pods)
    engine.serve(plan_of(here, WEB4, frontend(VIP[0], WEB4.key, masquerade=masquerade)))
    assert world.ask(VIP).split()[1] == sees


@pytest.mark.parametrize(
    ("masquerade", "sees"), [(Masquerade.NEVER, "10.1.0.1"), (Masquerade.OWN, "10.2.0.254")]
)
def test_own_connections_of_the_balancer(world, engine, masquerade, sees):
    serve(engine, WEB4, frontend(VIP[0], WEB4.key, masquerade=masquerade))
    assert world.ask(VIP, by=world.balancer).split()[1] == sees


def test_an_endpoint_reaches_itself(world, engine):
    """Without another source it would answer itself, and wait for an answer for ever."""
    serve(engine, ONE, frontend(VIP[0], ONE.key))
    assert world.ask(VIP, by=world.endpoints) == "10.2.0.1 10.2.0.254"


@pytest.mark.parametrize(
    ("transport", "void", "answer"),
    [(TCP, Void.REJECT, "refused"), (TCP, Void.DROP, "nothing"), (UDP, Void.REJECT, "refused")],
)
def test_nobody_there(world, engine, transport, void, answer):
    web = pool("web", void=void, transport=transport)
    serve(engine, web, frontend(VIP[0], web.key, transport=transport))
    for who in (world.client, world.balancer):
        if transport is UDP:
            with world.flow(VIP, by=who) as flow:
                assert flow.ask() == answer
        else:
            assert world.ask(VIP, by=who, patience=BRIEF) == answer


def test_nobody_there_ipv6(world, engine):
    web = pool("web", family=Family.IPV6)
    serve(engine, web, frontend(VIP6[0], web.key))
    assert world.ask(VIP6) == "refused"


def test_a_wrong_port_of_a_cluster_ip_is_refused(world, engine):
    serve(engine, WEB4, frontend(VIP[0], WEB4.key, entry=Entry.CLUSTER_IP))
    assert world.ask((VIP[0], 81)) == "refused"
    assert world.ask((VIP[0], 81), by=world.balancer) == "refused"


def test_node_ports_are_on_node_addresses_only(world, engine):
    to4, to6 = forwarding(WEB4.key), forwarding(WEB6.key, family=Family.IPV6)
    here = machine("10.1.0.1", "10.2.0.254", "fd01::1", nodes=["10.1.0.1", "fd01::1"])
    engine.serve(plan_of(here, WEB4, WEB6, node_port(30080, to4, to6)))
    assert last(world.ask(("10.1.0.1", 30080)).split()[0]) in (1, 2, 3)
    assert world.ask(("fd01::1", 30080)).startswith("fd02::")
    assert world.ask(("10.2.0.254", 30080)) == "refused"  # the machine itself, nobody listens
    assert world.ask(("10.1.0.1", 30081)) == "refused"


def test_node_ports_masquerade(world, engine):
    to6 = forwarding(WEB6.key, family=Family.IPV6, masquerade=Masquerade.ALWAYS)
    ways = forwarding(WEB4.key, masquerade=Masquerade.ALWAYS), to6
    serve(engine, WEB4, WEB6, node_port(30080, *ways))
    assert world.ask(("10.1.0.1", 30080)).split()[1] == "10.2.0.254"
    assert world.ask(("fd01::1", 30080)).split()[1] == "fd02::254"


@pytest.mark.parametrize("masquerade", [Masquerade.ALWAYS, Masquerade.NEVER])
def test_udp_is_masqueraded_by_what_was_dialled(world, engine, masquerade):
    """Port 80 over TCP says nothing of port 80 over UDP."""
    web = pool("web", ALL4, transport=UDP)
    other = Masquerade.NEVER if masquerade is Masquerade.ALWAYS else Masquerade.ALWAYS
    udp = frontend(VIP[0], web.key, transport=UDP, masquerade=masquerade)
    serve(engine, web, WEB4, udp, frontend(VIP[0], WEB4.key, masquerade=other))
    with world.flow(VIP) as flow:
        sees = flow.ask().split()[1]
    assert sees == ("10.2.0.254" if masquerade is Masquerade.ALWAYS else "10.1.0.2")


def test_only_clients_that_are_let_in(world, engine):
    serve(engine, WEB4, frontend(VIP[0], WEB4.key, sources=["10.1.0.3/32", "fd00::/8"]))
    assert world.ask(VIP, patience=BRIEF) == "nothing"
    assert world.ask(VIP, source="10.1.0.3").split()[1] == "10.1.0.3"


def test_from_inside_there_is_a_shorter_way(world, engine):
    """Policy Local: outsiders get the endpoints of this machine, it and its pods get all."""
    here = machine("10.1.0.1", pods=["10.1.0.3/32"])
    way = frontend(VIP[0], ONE.key, inside=WEB4.key, masquerade=Masquerade.OWN)
    engine.serve(plan_of(here, WEB4, ONE, way))
    assert set(world.takers(VIP, 20)) == {1}
    assert len(world.takers(VIP, 40, by=world.balancer)) == 3
    pods = Counter(world.ask(VIP, source="10.1.0.3").split()[0] for _ in range(40))
    assert len(pods) == 3


def test_a_gate_before_a_shorter_way(world, engine):
    way = frontend(VIP[0], ONE.key, inside=WEB4.key, sources=["10.1.0.1/32", "10.1.0.2/32"])
    serve(engine, WEB4, ONE, way)
    assert set(world.takers(VIP, 10)) == {1}
    assert len(world.takers(VIP, 40, by=world.balancer)) == 3
    assert world.ask(VIP, source="10.1.0.3", patience=BRIEF) == "nothing"


@pytest.mark.parametrize("how", [{"affinity": 60}, {"pick": Pick.SOURCE_HASH}], ids=str)
@pytest.mark.parametrize("vip", [VIP, VIP6], ids=["ipv4", "ipv6"])
def test_a_client_stays_with_its_endpoint(world, engine, how, vip):
    family = Family.IPV6 if vip == VIP6 else Family.IPV4
    web = pool("web", ALL6 if family is Family.IPV6 else ALL4, family=family, **how)
    serve(engine, web, frontend(vip[0], web.key))
    (chosen,) = world.takers(vip, 10)
    # Others come and go: that does not concern this client.
    others = [e.address for e in web.endpoints if last(e.address) != chosen]
    mine = next(e.address for e in web.endpoints if last(e.address) == chosen)
    for addresses in ([mine], [mine, others[0]], [others[1], mine], [*others, mine]):
        web = pool("web", addresses, family=family, **how)
        serve(engine, web, frontend(vip[0], web.key))
        assert set(world.takers(vip, 4)) == {chosen}
    # It goes itself: the client gets another one, and stays there.
    web = pool("web", others, family=family, **how)
    serve(engine, web, frontend(vip[0], web.key))
    (second,) = world.takers(vip, 8)
    assert second != chosen


def test_affinity_survives_a_restart(world, engine):
    web = pool("web", ALL4, affinity=60)
    serve(engine, web, frontend(VIP[0], web.key))
    before = world.takers(VIP, 3)
    engine.restart()
    serve(engine, web, frontend(VIP[0], web.key))
    assert world.takers(VIP, 3) == before


def test_without_a_relay_the_proxy_protocol_is_refused(world, engine):
    """Better than to send an endpoint what it does not understand."""
    web = pool("web", ALL4, proxy=2)
    serve(engine, web, frontend(VIP[0], web.key))
    assert world.ask(VIP) == "refused"


def test_nothing_is_left_in_packets(world, engine):
    """Marks and priorities are ours for a moment only: the endpoint's side must not see any."""
    hook = "type filter hook postrouting priority 300"
    world.balancer.nft(
        f"add table inet spy; add chain inet spy out {{ {hook}; }}; "
        'add rule inet spy out oifname != "lo" meta mark != 0 counter; '
        'add rule inet spy out oifname != "lo" meta priority 5000:0-7fff:ffff counter'
    )
    sticky, sticky6 = pool("s", ALL4, affinity=9), pool("s", ALL6, affinity=9, family=Family.IPV6)
    ways = [
        frontend(vip[0], to.key, port=80 + number, masquerade=masquerade)
        for vip, to in ((VIP, sticky), (VIP6, sticky6))
        for number, masquerade in enumerate(Masquerade)
    ]
    serve(engine, sticky, sticky6, *ways)
    for way in ways:
        for who in (world.client, world.balancer):
            assert world.ask((way.address, way.port), by=who) not in ("refused", "nothing")
    counted = world.balancer.nft("list", "table", "inet", "spy")
    assert counted.count("counter packets 0 bytes 0") == 2, counted


def test_the_relay_gets_connections_and_learns_who_was_dialled(world, engine):
    """It speaks the PROXY protocol for the kernel: engines/relay."""
    web = pool("web", ALL4, proxy=2)
    with world.balancer.inside():
        listening = socket.create_server(("0.0.0.0", 0))
    relaying = running(world.balancer, Options(relay_port=listening.getsockname()[1]))
    with listening, relaying as live, world.client.inside():
        engine.leave()
        serve(live, web, frontend(VIP[0], web.key))
        with socket.create_connection(VIP, timeout=PATIENCE):
            taken, client = listening.accept()
            with taken:
                dialled = taken.getsockopt(socket.IPPROTO_IP, SO_ORIGINAL_DST, 16)
    assert client[0] == "10.1.0.2"
    assert dialled[2:8] == b"\0\x50" + socket.inet_aton(VIP[0])
