"""Addresses of pools behind a router: `portico up` with one folder on several machines, and FRR."""

import base64
import json

import pytest

from live.l4.manifests import port, service
from live.l4.router import end, until_reached
from live.lb.test_layer2 import held, measured
from live.lb.town import endpoints, endpoints6, l2, metallb, pool
from live.until import until
from support.routers import Frr, needs_frr

pytestmark = needs_frr

ROUTER, ROUTER6 = "192.0.2.254", "2001:db8::254"
VIP, VIP6 = "198.51.100.1", "2001:db8:99::1"
PASSWORD = 's3cret;"#x'
PEERS = {"a": "192.0.2.11", "b": "192.0.2.12"}
QUICK = {"transmitInterval": 100, "receiveInterval": 100}


@pytest.fixture
def router(town):
    """Between the client and the nodes; it knows a neighbour at each, and trusts their BFD."""
    space = town._plug(town.switch._network.space("router"), 254)
    space.sysctl({
        "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1,
        "net.ipv4.fib_multipath_hash_policy": 1, "net.ipv6.fib_multipath_hash_policy": 1,
        "net.ipv4.conf.all.send_redirects": 0, "net.ipv4.conf.eth0.send_redirects": 0,
    })  # fmt: skip
    town.client.ip(f"route add 198.51.100.0/24 via {ROUTER}")
    town.client.run("ip", "-6", "route", "add", "2001:db8:99::/64", "via", ROUTER6)
    lines = [
        "router bgp 64513",
        " no bgp ebgp-requires-policy",
        " bgp bestpath as-path multipath-relax",
    ]
    for address in PEERS.values():
        lines += [
            f" neighbor {address} remote-as 64512",
            f" neighbor {address} bfd",
            f" neighbor {address} timers connect 1",
            f" neighbor {address} password {PASSWORD}",
        ]
    for family in ("ipv4", "ipv6"):
        lines += [f" address-family {family} unicast", "  maximum-paths 8"]
        lines += [f"  neighbor {address} activate" for address in PEERS.values()]
        lines += [" exit-address-family"]
    return Frr(space, "\n".join(lines))


def shop(town, **spec):
    secret = {
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/basic-auth",
        "metadata": {"name": "pass", "namespace": "metallb-system"},
        "data": {"password": base64.b64encode(PASSWORD.encode()).decode()},
    }  # fmt: skip
    peer = {
        "myASN": 64512, "peerASN": 64513, "peerAddress": ROUTER, "bfdProfile": "quick",
        "passwordSecret": {"name": "pass"}, "dualStackAddressFamily": True,
    }  # fmt: skip
    town.save(
        "bgp.yaml", pool("198.51.100.0/24", "2001:db8:99::/64"), json.dumps(secret) + "\n",
        metallb("BGPPeer", "rack", peer).replace("v1beta1", "v1beta2"),
        metallb("BFDProfile", "quick", QUICK),
        metallb("BGPAdvertisement", "all", {"communities": ["64512:9", "large:1:2:3"]}),
    )  # fmt: skip
    wanted = {"loadBalancerIPs": f"{VIP},{VIP6}"}
    notes = {f"metallb.io/{name}": value for name, value in wanted.items()}
    web = service("web", port(80), notes=notes, ipFamilyPolicy="PreferDualStack", **spec)
    town.save("web.yaml", web, endpoints("web", b1="a", b2="b"), endpoints6("web", b1="a", b2="b"))


def hops(router, prefix=f"{VIP}/32"):
    """The names of the nodes that the router sends packets for an address to."""
    known = router.routes("ipv6" if ":" in prefix else "ipv4").get(prefix, [])
    by_address = {address: name for name, address in PEERS.items()}
    return {
        by_address[path["peerId"]]
        for path in known
        if path.get("multipath") or path.get("bestpath")
    }


def drops(router, name):
    """How many sessions with a node the router has lost."""
    address = PEERS[name]
    return router.show(f"bgp neighbors {address}")[address]["connectionsDropped"]


def test_a_service_behind_a_router_while_nodes_come_and_go(town, router):
    """BGP-01, 03, 13, 15, 18, 31, MET-01, 02: ECMP over the nodes, both families, all of it."""
    shop(town)
    town.start()
    until(lambda: hops(router) == hops(router, f"{VIP6}/128") == {"a", "b"}, "both nodes")
    until_reached(town.client, VIP, 80, "b1", "b2")
    until_reached(town.client, VIP6, 80, "b1", "b2")
    path = router.route(f"{VIP}/32")["paths"][0]
    assert path["community"]["string"] == "64512:9"
    assert path["largeCommunity"]["string"] == "1:2:3"
    a, b = town.nodes["a"], town.nodes["b"]

    # What people and dashboards see of it, and nobody a password.
    told = ""
    for question in (VIP, f"tcp://{VIP}:80"):
        told += (answer := a.cli("explain", question))
        line = f"told        BGPPeer metallb-system/rack ({ROUTER}) by any node; from here: up"
        assert line in answer
    until(lambda: measured(a, "metallb_bfd_session_up", {"peer": ROUTER}) == 1, "BFD")
    listed = a.cli("status", "--lb")
    assert f"session   BGPPeer metallb-system/rack {ROUTER} AS 64513: up, BFD up" in listed
    labels = {"service": "shop/web", "protocol": "bgp", "node": "a", "ip": VIP}
    assert measured(a, "metallb_speaker_announced", labels) == 1
    for name, least in (
        ("session_up", 1),
        ("announced_prefixes_total", 2),
        ("updates_total", 1),
        ("opens_sent", 1),
        ("keepalives_sent", 1),
        ("keepalives_received", 1),
    ):
        assert measured(a, f"metallb_bgp_{name}", {"peer": ROUTER}) >= least, name
    assert "s3cret" not in listed + told + json.dumps(a.status()) + a.metrics()
    assert "s3cret" not in a.cli("plan", str(town.folder))

    # Portico is killed: sessions stay, and the next one finds them as they are.
    before = drops(router, "a")
    a.kill()
    assert hops(router) == {"a", "b"}
    a.start()
    until(lambda: a.engine("bgp")["figures"].get("sessions_up") == 1, "the session to be known")
    assert a.engine("bgp")["figures"]["starts"] == 0
    assert drops(router, "a") == before

    # A planned stop: the router does not know the node any more when it has ended.
    assert b.stop() == 0
    assert hops(router) == {"a"}
    until_reached(town.client, VIP, 80, "b1", "b2")
    b.start()
    until(lambda: hops(router) == {"a", "b"}, "both nodes again")
    until(lambda: measured(b, "metallb_bfd_session_up", {"peer": ROUTER}) == 1, "BFD")

    # The machine is gone without a word.
    town.switch.unplug(b.space)
    until(lambda: hops(router) == {"a"}, "the router to notice", 5)
    until_reached(town.client, VIP, 80, "b1", "b2")
    town.switch.plug_in_again(b.space)
    until(lambda: hops(router) == {"a", "b"}, "both nodes again")

    # Only nodes with an endpoint, and then no node at all.
    shop(town, externalTrafficPolicy="Local")
    web = (town.folder / "web.yaml").read_text().replace('"nodeName": "b"', '"nodeName": "a"')
    town.save("web.yaml", web)
    until(lambda: hops(router) == {"a"}, "only the node with endpoints")
    (town.folder / "web.yaml").unlink()
    until(lambda: hops(router) == set(), "the routes to be gone")
    until(lambda: VIP not in a.metrics(), "its metrics to vanish")
    assert measured(a, "metallb_bgp_announced_prefixes_total", {"peer": ROUTER}) == 0
    assert measured(a, "metallb_bgp_session_up", {"peer": ROUTER}) == 1


def test_arp_beside_bgp_and_away_again(town, router):
    """BGP-28: each way works while its advertisement is there, whatever becomes of the other."""
    shop(town)
    town.start()
    until(lambda: hops(router) == {"a", "b"}, "both nodes")
    before = [drops(router, name) for name in PEERS]
    beside = f"{VIP}/32 dev eth0"  # no router: whoever has it is asked for by ARP
    town.client.ip(f"route add {beside}")
    assert end(town.client, VIP, 80) != "answered"
    town.save("l2.yaml", l2())
    until_reached(town.client, VIP, 80, "b1", "b2")
    assert town.owner(VIP) in town.nodes
    (town.folder / "l2.yaml").unlink()
    until(lambda: all(held(node) == 0 for node in town.nodes.values()), "nobody to have it")
    town.forget(VIP)
    assert end(town.client, VIP, 80) != "answered"
    town.client.ip(f"route del {beside}")
    until_reached(town.client, VIP, 80, "b1", "b2")
    assert hops(router) == {"a", "b"}
    assert [drops(router, name) for name in PEERS] == before


def test_openelbs_own_objects(town, router):
    """OE-BGP-02: an Eip, a BgpConf and a BgpPeer, as its documentation has them, without Nodes."""
    group = "network.kubesphere.io/v1alpha2"
    conf = {"peerAs": 64513, "neighborAddress": ROUTER, "authPassword": PASSWORD}
    for kind, name, spec in (
        ("Eip", "edge", {"address": "198.51.100.0/28"}),
        ("BgpConf", "default", {"as": 64512, "listenPort": 17900}),
        ("BgpPeer", "rack", {"conf": conf}),
    ):
        document = {"apiVersion": group, "kind": kind, "metadata": {"name": name}, "spec": spec}
        town.save(f"{name}.yaml", json.dumps(document) + "\n")
    notes = {
        "lb.kubesphere.io/v1alpha1": "openelb",
        "protocol.openelb.kubesphere.io/v1alpha1": "bgp",
        "eip.openelb.kubesphere.io/v1alpha2": "edge",
        "eip.openelb.kubesphere.io/v1alpha1": VIP,
    }
    web = service("web", port(80), notes=notes)
    town.save("web.yaml", web, endpoints("web", b1="a", b2="b"))
    town.start()
    until(lambda: hops(router) == {"a", "b"}, "a path by each node")
    until_reached(town.client, VIP, 80, "b1", "b2")
    assert PASSWORD not in town.nodes["a"].cli("status", "--lb") + town.nodes["a"].metrics()
