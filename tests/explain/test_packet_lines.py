"""An answer about a packet, for people."""

from dataclasses import replace

import pytest

from explain.l4_plans import (
    ALL,
    HERE,
    LATE,
    LOCAL,
    LOST,
    NODE,
    SIX,
    SLICE,
    WEB,
    frontend,
    node_port,
    pool,
    to,
)
from portico.explain.hops import follow
from portico.explain.packet import parse_packet
from portico.explain.packet_lines import packet_lines
from portico.plan.frontend import Masquerade
from portico.plan.pool import Scope
from portico.settings import Entry, Pick
from support.plans import plan_of

LB = Entry.LOAD_BALANCER


def lines(url, *units, client=""):
    packet = parse_packet(url, client)
    return list(packet_lines(packet, follow(plan_of(HERE, *units), packet)))


def test_every_hop_of_a_connection_that_somebody_gets():
    local = replace(LOCAL, affinity=600)
    web = frontend("203.0.113.1", to(local, Masquerade.OWN, ALL, ["192.0.2.0/24"]), LB)
    assert lines("tcp://203.0.113.1:80", web, ALL, local, client="192.0.2.7") == [
        "tcp://203.0.113.1:80 from 192.0.2.7",
        f"  address     load-balancer 203.0.113.1:80  <- {WEB} spec.clusterIPs[0]",
        f"  service     {WEB} port 80",
        "  client      outside",
        f"  sources     let in by 192.0.2.0/24  <- {WEB} spec.loadBalancerSourceRanges",
        f"  policy      Local: endpoints on this node  <- {WEB} spec.externalTrafficPolicy",
        f"  affinity    a client stays 600 s with the endpoint it had last"
        f"  <- {WEB} spec.sessionAffinity",
        f"  endpoint    10.2.0.11:8080  <- {SLICE}",
        "  left out    10.2.0.12: elsewhere  <- EndpointSlice shop/web-1 endpoints[1]",
        "  seen as     192.0.2.7: the policy keeps the client's address",
        "  result      forwarded to the endpoint",
    ]


def test_a_node_port_from_inside():
    short_cut = node_port(30080, to(LOCAL, Masquerade.OWN, inside=ALL), leased=True)
    assert lines("tcp://192.0.2.1:30080", short_cut, ALL, LOCAL, client="10.2.0.12") == [
        "tcp://192.0.2.1:30080 from 10.2.0.12",
        f"  node port   tcp 30080, chosen by Portico  <- {WEB} spec.ports[0].nodePort",
        f"  service     {WEB} port 80",
        "  client      a pod, of 10.2.0.0/24",
        f"  policy      Local: all endpoints, as the client is inside"
        f"  <- {WEB} spec.externalTrafficPolicy",
        "  picked      at random",
        f"  endpoint    10.2.0.11:8080  <- {SLICE}",
        f"  endpoint    10.2.0.12:8080  <- {SLICE}",
        "  seen as     10.2.0.12 by 10.2.0.11:8080: the policy keeps the client's address",
        "  seen as     this machine's address towards it by 10.2.0.12:8080: "
        "the endpoint is the client, and would answer itself directly",
        "  result      forwarded to one of 2 endpoints",
    ]


def test_what_keeps_clients_out():
    closed = frontend("203.0.113.1", to(ALL, sources=["192.0.2.0/24", "10.0.0.0/8"]), LB)
    origin = f"{WEB} spec.loadBalancerSourceRanges"
    got = lines("tcp://203.0.113.1:80", closed, ALL, client="198.51.100.7")
    assert got[-2:] == [
        f"  sources     not let in, only 192.0.2.0/24, 10.0.0.0/8  <- {origin}",
        "  result      dropped: no source range holds the client",
    ]
    nobody = frontend("203.0.113.1", to(ALL, sources=[]), LB)
    got = lines("tcp://203.0.113.1:80", nobody, ALL)
    assert got[0] == "tcp://203.0.113.1:80 from a client outside"
    assert got[-2] == f"  sources     not let in, only nobody  <- {origin}"


def test_nodes_and_the_proxy_protocol():
    nodes = pool(Scope.NODES, ("192.0.2.31", 32111), ("192.0.2.32", 32111), proxy=2)
    web = frontend("203.0.113.1", to(replace(nodes, pick=Pick.SOURCE_HASH)), LB)
    got = lines("tcp://203.0.113.1:80", web, replace(nodes, pick=Pick.SOURCE_HASH))
    assert got[4:] == [
        f"  policy      Cluster: all nodes, at their node port"
        f"  <- {WEB} spec.externalTrafficPolicy",
        "  picked      by the client's address, the same one each time",
        f"  node        192.0.2.31:32111  <- {NODE}",
        f"  node        192.0.2.32:32111  <- {NODE}",
        "  seen as     this machine's address towards it: "
        "the connection ends here; a second one, with a PROXY header, goes on",
        "  proxy       PROXY protocol v2, which tells the client's address",
        "  result      forwarded to one of 2 nodes",
    ]


@pytest.mark.parametrize(("client", "seen"), [
    ("",          "the client's address"),
    ("127.0.0.1", "this machine's address"),
    ("192.0.2.7", "192.0.2.7"),
])  # fmt: skip
def test_whose_address_is_seen(client, seen):
    got = lines("tcp://10.96.0.10:80", frontend("10.96.0.10", to(ALL)), ALL, client=client)
    assert f"  seen as     {seen}: answers come back through this machine anyway" in got


def test_ipv6_is_in_brackets():
    got = lines("tcp://[fd96::10]:80", frontend("fd96::10", to(SIX)), SIX)
    assert got[0] == "tcp://[fd96::10]:80 from a client outside"
    assert f"  endpoint    [fd00::11]:8080  <- {SLICE}" in got


def test_what_goes_nowhere_tells_who_lost():
    assert lines("tcp://203.0.113.1:80", frontend("203.0.113.1", None, refused=(LOST,))) == [
        "tcp://203.0.113.1:80 from a client outside",
        "  result      not served: nobody who asked for this address is served",
        f"  error       {LATE}: {LOST.reason}",
        f"              hint: {LOST.hint}",
    ]
