"""Where the engine cannot work, it says so in words that help, and keeps nobody waiting."""

import sys

import pytest

from engines_nftables.live import running
from engines_nftables.spaces import needs_namespaces, new_space
from engines_nftables.test_contract import SHOP
from engines_nftables.world import switch_forwarding
from portico.engines.nftables import Options, libnftables

pytestmark = needs_namespaces

TRY = """
import asyncio
from portico.engines.nftables import Nftables, Options
print(asyncio.run(Nftables(Options()).converge({}, None)))
"""


def test_two_in_one_namespace_do_not_fight(live):
    live.serve(SHOP)
    with running(live.space) as second:
        report = second.converge({})
        assert (report.in_sync, report.able) == (False, False)
        assert "another Portico" in report.detail
        assert live.serve(SHOP, None)["elements_sent"] == live.serve(SHOP)["elements_sent"]
        live.leave()
        second.serve({})


def test_each_namespace_has_its_own(live):
    live.serve(SHOP)
    with new_space("other") as space, running(space) as other:
        other.serve(SHOP)


def test_without_the_capability_it_says_how_to_grant_it(space):
    told = space.run("setpriv", "--bounding-set", "-net_admin", sys.executable, "-c", TRY)
    assert "in_sync=False" in told
    assert "able=False" in told
    assert "AmbientCapabilities=CAP_NET_ADMIN" in told


def test_without_the_library_it_says_what_to_install(live, monkeypatch):
    monkeypatch.setattr(libnftables, "LIBRARY", "libnftables-of-nowhere.so.1")
    report = live.converge(SHOP)
    assert (report.in_sync, report.able) == (False, False)
    assert "apt install libnftables1" in report.detail


@pytest.mark.parametrize("on", [True, False])
def test_forwarding_that_is_off_is_noted(live, on):
    """This machine's own connections work without it, so it is in sync all the same."""
    switch_forwarding(live.space, on=on)
    report = live.converge(SHOP)
    assert report.in_sync
    assert ("sysctl -w net.ipv4.ip_forward=1" in report.detail) is not on


def test_cleanup_removes_the_table(space):
    with running(space, Options(cleanup=True)) as live:
        live.serve(SHOP)
        live.leave(keep=True)
        assert "portico" not in space.nft("list", "tables")
