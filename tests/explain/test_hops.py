"""The walk through a plan. That the kernel walks the same way is what tests/cases/l4 is about."""

from dataclasses import replace

import pytest

from explain.l4_plans import ALL, HERE, LOCAL, SIX, frontend, node_port, pool, to
from portico.explain.hops import follow
from portico.explain.packet import parse_packet
from portico.explain.packet_answer import Client, End
from portico.plan.frontend import Masquerade
from portico.plan.pool import Scope, Void
from portico.settings import Entry
from support.plans import plan_of

EMPTY = pool(Scope.LOCAL, void=Void.DROP)
NONE = pool(Scope.CLUSTER)
LB = Entry.LOAD_BALANCER


def ask(url, *units, client="", machine=HERE):
    return follow(plan_of(machine, *units), parse_packet(url, client))


def ends(url, *units, **how):
    answer = ask(url, *units, **how)
    return answer.end, [arrival.endpoint.address for arrival in answer.arrivals]


BOTH = ["10.2.0.11", "10.2.0.12"]


def test_an_address_and_port_lead_to_the_pool():
    web = frontend("10.96.0.10", to(ALL))
    assert ends("tcp://10.96.0.10:80", web, ALL) == (End.FORWARDED, BOTH)
    assert ends("udp://10.96.0.10:80", web, ALL) == (End.REJECTED, [])
    six = frontend("fd96::10", to(SIX))
    assert ends("tcp://[FD96:0::10]:80", six, SIX) == (End.FORWARDED, ["fd00::11"])


@pytest.mark.parametrize(("url", "end"), [
    ("tcp://192.0.2.1:30080",     End.FORWARDED),
    ("tcp://10.2.0.1:30080",      End.NOT_SERVED),     # of this machine, but not for node ports
    ("tcp://192.0.2.9:30080",     End.NOT_SERVED),
    ("udp://192.0.2.1:30080",     End.NOT_SERVED),
    ("tcp://[2001:db8::1]:30080", End.NOT_SERVED),     # not forwarded in this family
])  # fmt: skip
def test_a_node_port(url, end):
    assert ends(url, node_port(30080, to(ALL)), ALL)[0] is end


def test_an_address_with_its_port_comes_before_the_node_port():
    web = frontend("192.0.2.1", to(LOCAL), LB, port=30080)
    answer = ask("tcp://192.0.2.1:30080", web, node_port(30080, to(ALL)), ALL, LOCAL)
    assert answer.entrance == web


def test_a_refused_address_leaves_the_node_port():
    refused = frontend("192.0.2.1", None, LB, port=30080)
    answer = ask("tcp://192.0.2.1:30080", refused, node_port(30080, to(ALL)), ALL)
    assert answer.end is End.FORWARDED


def test_an_empty_pool_says_what_becomes_of_connections():
    assert ends("tcp://10.96.0.10:80", frontend("10.96.0.10", to(NONE)), NONE) == (End.REJECTED, [])
    assert ends("tcp://10.96.0.10:80", frontend("10.96.0.10", to(EMPTY)), EMPTY) == (
        End.DROPPED,
        [],
    )


@pytest.mark.parametrize(("client", "who", "gets"), [
    ("",              Client.OUTSIDE,      BOTH[:1]),
    ("198.51.100.7",  Client.OUTSIDE,      BOTH[:1]),
    ("10.2.0.13",     Client.POD,          BOTH),
    ("10.2.0.1",      Client.THIS_MACHINE, BOTH),     # also where its address is in a pod network
    ("127.0.0.1",     Client.THIS_MACHINE, BOTH),
])  # fmt: skip
def test_who_is_inside_gets_the_short_cut(client, who, gets):
    web = frontend("203.0.113.1", to(LOCAL, Masquerade.OWN, inside=ALL), LB)
    answer = ask("tcp://203.0.113.1:80", web, ALL, LOCAL, client=client)
    assert answer.standing.client is who
    assert [arrival.endpoint.address for arrival in answer.arrivals] == gets
    assert answer.is_short_cut is (gets == BOTH)


@pytest.mark.parametrize(("sources", "client", "let_in_by"), [
    (["192.0.2.0/24", "0.0.0.0/0"], "192.0.2.7",    "192.0.2.0/24"),
    (["192.0.2.0/24", "0.0.0.0/0"], "198.51.100.7", "0.0.0.0/0"),
    (["192.0.2.0/24", "0.0.0.0/0"], "",             "0.0.0.0/0"),
    (["192.0.2.0/24"],              "198.51.100.7", None),
    (["192.0.2.0/24"],              "",             None),          # nothing is known of it
    (["192.0.2.0/24"],              "10.2.0.1",     None),          # before any short cut
    ([],                            "192.0.2.7",    None),
])  # fmt: skip
def test_source_ranges(sources, client, let_in_by):
    web = frontend("203.0.113.1", to(LOCAL, inside=ALL, sources=sources), LB)
    answer = ask("tcp://203.0.113.1:80", web, ALL, LOCAL, client=client)
    assert answer.let_in_by is None if let_in_by is None else str(answer.let_in_by) == let_in_by
    assert answer.end is (End.FORWARDED if let_in_by else End.DROPPED)


def test_without_a_machine_nothing_is_inside():
    web = frontend("203.0.113.1", to(LOCAL, inside=ALL), LB)
    answer = follow(plan_of(web, ALL, LOCAL), parse_packet("tcp://203.0.113.1:80", "10.2.0.1"))
    assert (answer.standing.client, answer.end) == (Client.OUTSIDE, End.FORWARDED)


def test_the_answer_names_what_was_passed():
    local = replace(LOCAL, affinity=600)
    web = frontend("203.0.113.1", to(local, Masquerade.OWN, inside=ALL), LB)
    answer = ask("tcp://203.0.113.1:80", web, ALL, local)
    assert (answer.entrance, answer.forwarding, answer.pool) == (web, web.forwarding, local)
