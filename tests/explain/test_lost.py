"""Who else wanted an address."""

from dataclasses import replace

import pytest

from explain.l4_plans import ALL, HERE, LOCAL, LOST, WEB, frontend, health_port, node_port, to
from portico.explain.lost import lost_claims
from portico.explain.packet import parse_packet
from portico.plan.frontend import frontend_key
from portico.plan.key import CATCH_ALL
from portico.plan.site import Site
from portico.plan.transport import Transport
from portico.plan.verdict import Outcome, outcome_key
from support.plans import plan_of

KEY = frontend_key(Transport.TCP, "192.0.2.1", 80)
HAS_IT = frontend("192.0.2.1", to(ALL, inside=LOCAL))
ASKED = Outcome(outcome_key(WEB), WEB, (KEY,), (LOST,))


def lost(url, *units, entrance=None):
    return lost_claims(plan_of(*units), HERE, parse_packet(url), entrance)


@pytest.mark.parametrize("unit", [
    frontend("192.0.2.1", None, refused=(LOST,)),
    frontend("192.0.2.1", None, transport="udp", refused=(LOST,)),
    node_port(80, refused=(LOST,)),
    ASKED,
    replace(ASKED, asked=(), mentioned=(KEY,)),
])  # fmt: skip
def test_what_was_refused_there(unit):
    assert lost("tcp://192.0.2.1:80", unit) == (LOST,)


@pytest.mark.parametrize("unit", [
    frontend("192.0.2.2", None, refused=(LOST,)),
    frontend("192.0.2.1", None, port=81, refused=(LOST,)),
    node_port(80, transport="udp", refused=(LOST,)),
    replace(ASKED, asked=()),
    Site(CATCH_ALL, refused=(LOST,)),
    replace(ALL, refused=(LOST,)),
])  # fmt: skip
def test_what_was_refused_elsewhere(unit):
    assert lost("tcp://192.0.2.1:80", unit) == ()


def test_node_ports_are_of_no_other_address():
    refused = node_port(80, refused=(LOST,))
    assert lost("tcp://[2001:db8::1]:80", refused) == (LOST,)
    checked = replace(health_port(80), refused=(LOST,))
    assert lost("tcp://192.0.2.1:80", checked) == (LOST,)
    assert lost("udp://192.0.2.1:80", checked) == ()
    assert lost("tcp://10.2.0.1:80", refused) == lost("tcp://203.0.113.1:80", refused) == ()


@pytest.mark.parametrize("pool", [ALL, LOCAL])
def test_the_pools_of_who_has_it(pool):
    refused = replace(pool, refused=(LOST,))
    assert lost("tcp://192.0.2.1:80", HAS_IT, refused, entrance=HAS_IT) == (LOST,)


def test_a_refusal_is_told_once():
    refused = frontend("192.0.2.1", None, refused=(LOST,))
    assert lost("tcp://192.0.2.1:80", refused, ASKED) == (LOST,)
