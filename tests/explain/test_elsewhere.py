"""Addresses and ports that lead to no pool."""

from dataclasses import replace

import pytest

from explain.l4_plans import ALL, HERE, frontend, health_port, to
from portico.explain.elsewhere import elsewhere
from portico.explain.packet import parse_packet
from portico.explain.packet_answer import Client, End, Standing
from portico.plan.listener import HTTP, HTTPS, Listener
from portico.settings import Entry
from support.plans import plan_of

UNITS = (
    HERE,
    Listener(HTTP, ("0.0.0.0", "::"), 80, tls=False, redirect_port=443),
    Listener(HTTPS, ("192.0.2.1",), 443, tls=True, redirect_port=443),
    frontend("10.96.0.10", to(ALL), port=80),
    frontend("10.96.0.11", None, port=80),
    frontend("10.2.0.1", to(ALL), port=80),
    frontend("203.0.113.1", to(ALL), Entry.LOAD_BALANCER, port=88),
    frontend("203.0.113.1", to(ALL), Entry.LOAD_BALANCER, port=53, transport="udp"),
    health_port(32222),
    ALL,
)


def ask(url, *units):
    return elsewhere(plan_of(*(units or UNITS)), HERE, parse_packet(url), Standing(Client.OUTSIDE))


@pytest.mark.parametrize(("url", "end", "says"), [
    ("tcp://192.0.2.1:80",        End.ANSWERED,   "portico explain http://HOST/"),
    ("tcp://[2001:db8::1]:80",    End.ANSWERED,   "portico explain http://HOST/"),
    ("tcp://127.0.0.1:80",        End.ANSWERED,   "portico explain http://HOST/"),
    ("tcp://192.0.2.1:443",       End.ANSWERED,   "portico explain https://HOST/"),
    ("tcp://10.2.0.1:443",        End.NOT_SERVED, "an address of this machine"),
    ("udp://192.0.2.1:80",        End.NOT_SERVED, "an address of this machine"),
    ("tcp://192.0.2.1:81",        End.NOT_SERVED, "an address of this machine"),
    ("tcp://192.0.2.1:32222",     End.ANSWERED,   "endpoints of Service shop/web"),
    ("tcp://10.2.0.1:32222",      End.NOT_SERVED, "an address of this machine"),
    ("tcp://10.96.0.10:81",       End.REJECTED,   "no Service has this port"),
    ("tcp://10.2.0.1:81",         End.NOT_SERVED, "an address of this machine"),
    ("tcp://10.96.0.11:81",       End.NOT_SERVED, "nobody asked"),      # refused, so not ours
    ("tcp://203.0.113.1:80",      End.NOT_SERVED, "tcp 88, udp 53"),
    ("tcp://203.0.113.2:80",      End.NOT_SERVED, "nobody asked"),
])  # fmt: skip
def test_how_it_ends(url, end, says):
    answer = ask(url)
    assert answer.end is end
    assert says in answer.why
    assert (answer.answered_by is not None) is (end is End.ANSWERED)


def test_an_address_that_somebody_asked_for_in_vain():
    packet = parse_packet("tcp://203.0.113.2:80")
    answer = elsewhere(plan_of(HERE), HERE, packet, Standing(Client.OUTSIDE), is_wanted=True)
    assert (answer.end, answer.why) == (
        End.NOT_SERVED,
        "nobody who asked for this address is served",
    )


def test_without_listeners_nothing_is_answered():
    assert ask("tcp://192.0.2.1:80", HERE).end is End.NOT_SERVED


def test_a_listener_of_other_addresses():
    elsewhere_only = replace(UNITS[1], addresses=("10.2.0.1",))
    assert ask("tcp://192.0.2.1:80", HERE, elsewhere_only).end is End.NOT_SERVED
    assert ask("tcp://10.2.0.1:80", HERE, elsewhere_only).end is End.ANSWERED
