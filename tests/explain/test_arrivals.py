"""Which source address endpoints see."""

from ipaddress import ip_address, ip_network

import pytest

from explain.l4_plans import ALL, pool
from portico.explain.arrivals import arrivals
from portico.explain.packet_answer import Client, Standing
from portico.plan.frontend import Masquerade
from portico.plan.pool import Scope

PODS = ip_network("10.2.0.0/24")
OUTSIDE = Standing(Client.OUTSIDE, ip_address("198.51.100.7"))
SOMEBODY = Standing(Client.OUTSIDE)
POD = Standing(Client.POD, ip_address("10.2.0.13"), PODS)
MACHINE = Standing(Client.THIS_MACHINE, ip_address("192.0.2.1"))
IN_PODS = Standing(Client.THIS_MACHINE, ip_address("10.2.0.1"), PODS)


@pytest.mark.parametrize(("masquerade", "masqueraded"), [
    (Masquerade.ALWAYS,    {OUTSIDE, SOMEBODY, POD, MACHINE, IN_PODS}),
    (Masquerade.OUTSIDERS, {OUTSIDE, SOMEBODY, MACHINE}),
    (Masquerade.OWN,       {MACHINE, IN_PODS}),
    (Masquerade.NEVER,     set()),
])  # fmt: skip
def test_who_is_masqueraded(masquerade, masqueraded):
    for standing in (OUTSIDE, SOMEBODY, POD, MACHINE, IN_PODS):
        got = {arrival.is_masqueraded for arrival in arrivals(ALL, masquerade, standing)}
        assert got == {standing in masqueraded}, standing


@pytest.mark.parametrize("masquerade", list(Masquerade))
def test_who_reaches_itself_always_is(masquerade):
    itself = Standing(Client.POD, ip_address("10.2.0.11"), PODS)
    first, second = arrivals(ALL, masquerade, itself)
    assert first.is_masqueraded
    assert second.is_masqueraded is (masquerade is Masquerade.ALWAYS)


def test_a_relayed_connection_comes_from_this_machine():
    relayed = pool(Scope.CLUSTER, ("10.2.0.11", 80), proxy=2)
    [arrival] = arrivals(relayed, Masquerade.NEVER, OUTSIDE)
    assert arrival.is_masqueraded
    assert "PROXY" in arrival.why
