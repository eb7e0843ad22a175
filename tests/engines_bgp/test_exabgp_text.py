"""What is written for ExaBGP, what it is told, and what it is still to be told."""

import json

import pytest

from engines_bgp.town import ROUTER, peer, route
from portico.engines.bgp.exabgp import commands
from portico.engines.bgp.exabgp.commands import told
from portico.engines.bgp.exabgp.config import ConfigError, block, blocks_of, generation_of, render
from portico.engines.bgp.exabgp.events import Counters, event
from portico.engines.bgp.exabgp.link import Hops, Known, Link

PROGRAM = ("/opt/a python/bin/python", "-I", "/opt/end.py")
WEB, OTHER, SIX = "198.51.100.1/32", "198.51.100.2/32", "2001:db8:99::1/128"
HOPS = Hops("192.0.2.1", "2001:db8:2::1")


def text(*peers, generation=7):
    return render({each.address: block(each) for each in peers}, generation, PROGRAM)


def test_a_whole_configuration():
    found = text(peer(password="s3cret", graceful=120, families=("ipv4", "ipv6"), device="red"))
    assert (
        found
        == """\
# Written by portico, and read again by ExaBGP after each change: edits are lost.

process pipe {
    run "/opt/a python/bin/python" "-I" "/opt/end.py";
    encoder json;
}

neighbor 192.0.2.254 {
    description "7";
    router-id 192.0.2.1;
    local-address auto;
    local-as 64512;
    peer-as 64513;
    connect 179;
    hold-time 9;
    outgoing-ttl 1;
    adj-rib-out true;
    manual-eor true;
    md5-base64 true;
    md5-password "czNjcmV0";
    passive false;
    source-interface "red";
    capability {
        route-refresh enable;
        graceful-restart 120;
    }
    family {
        ipv4 unicast;
        ipv6 unicast;
    }
    api {
        processes [ pipe ];
        neighbor-changes;
    }
}
"""
    )


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        ({"remote": "internal"},                       "peer-as 64512;"),
        ({"remote": "external"},                       "peer-as auto;"),
        ({"multihop": True},                           "outgoing-ttl 255;"),
        ({"remote": 64512},                            "outgoing-ttl 255;"),  # inside: any distance
        ({"source": "192.0.2.7"},                      "local-address 192.0.2.7;"),
        ({"hold": 0},                                  "hold-time 0;"),
        ({"port": 1179},                               "connect 1179;"),
        ({"passive": True, "listen": 1790},            "listen 1790;"),
        ({},                                           "graceful-restart disable;"),
    ],
)  # fmt: skip
def test_each_parameter(parameters, line):
    assert f"    {line}\n" in text(peer(**parameters))


def test_a_file_tells_its_generation_and_its_blocks():
    one, other = peer(), peer("2001:db8:2::254")
    found = text(one, other, generation=42)
    assert generation_of(found) == 42
    assert blocks_of(found) == {each.address: block(each) for each in (one, other)}
    assert text(other, one, generation=42) == found
    assert generation_of(text()) is None
    with pytest.raises(ConfigError):
        generation_of(text(one, generation=1) + text(other, generation=2))


def test_routes_that_are_alike_are_told_together():
    alike = told(route(WEB, communities=("1:2",)), "192.0.2.1")
    alone = told(route(OTHER, local_pref=9, large=("1:2:3",)), "192.0.2.1")
    lines = commands.announcements(
        ROUTER, [(WEB, alike), (OTHER, alone), ("198.51.100.3/32", alike)]
    )
    assert list(lines) == [
        f"neighbor {ROUTER} announce attributes next-hop 192.0.2.1 community [ 1:2 ] "
        f"nlri {WEB} 198.51.100.3/32",
        f"neighbor {ROUTER} announce attributes next-hop 192.0.2.1 local-preference 9 "
        f"large-community [ 1:2:3 ] nlri {OTHER}",
    ]
    many = [(f"10.0.{i // 250}.{i % 250}/32", alike) for i in range(250)]
    assert [line.count("/32") for line in commands.announcements(ROUTER, many)] == [100, 100, 50]
    assert list(commands.withdrawals(ROUTER, [WEB])) == [f"neighbor {ROUTER} withdraw route {WEB}"]


def test_what_is_no_community_or_prefix_is_never_said():
    for bad in ("no-export", "1:2 nlri", "1:2:3", ""):
        with pytest.raises(ValueError, match="community"):
            told(route(WEB, communities=(bad,)), "192.0.2.1")
    with pytest.raises(ValueError, match="network"):
        list(commands.withdrawals(ROUTER, ["198.51.100.1/32\nshutdown"]))
    with pytest.raises(ValueError, match="address"):
        list(commands.withdrawals(f"{ROUTER} shutdown", [WEB]))


def known(*routes):
    found = Link(ROUTER, 0.0, peer())
    found.known = {each.prefix: Known(each, told(each, HOPS.of(each.prefix))) for each in routes}
    return found


def wanted(*routes):
    return {each.prefix: each for each in routes}


def test_only_what_differs_is_news():
    same, gone, old = route(WEB), route(OTHER), route(SIX)
    news = known(same, gone, old).news(wanted(route(WEB), route(SIX, local_pref=5)), HOPS)
    assert list(news.announced) == [SIX]
    assert news.withdrawn == [OTHER]
    assert news.homeless == []


def test_another_next_hop_is_news_and_none_is_the_end():
    one = route(WEB)
    assert list(known(one).news(wanted(one), Hops("192.0.2.9", "")).announced) == [WEB]
    news = known(one).news(wanted(one), Hops("", ""))
    assert (news.withdrawn, news.homeless) == ([WEB], [WEB])


def test_what_may_have_any_attributes_is_told_again():
    one = route(WEB)
    found = known(one, route(OTHER))
    found.forget()
    news = found.news(wanted(one), HOPS)
    assert (list(news.announced), news.withdrawn) == ([WEB], [OTHER])


def test_what_is_said_twice_is_believed_against_an_event_that_was_missed():
    found = known(route(WEB))
    up, down = (Counters(is_up, 1, 1, 2, 2, 0, 1, 0) for is_up in (True, False))
    assert not found.count(up, 1.0)  # perhaps the event is on its way
    assert not found.is_up
    assert found.count(up, 2.0)
    assert (found.is_up, found.ups, list(found.known)) == (True, 1, [WEB])
    assert [found.count(each, 3.0) for each in (down, up, down)] == [False, False, False]
    assert found.count(down, 4.0)
    assert (found.is_up, found.downs) == (False, 1)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("closing connection", "the connection failed or ended"),
        ("notification received (2,2)", "notification received (2,2)"),
    ],
)
def test_why_a_session_went_down(reason, told):
    address = {"local": "192.0.2.1", "peer": "192.0.2.254"}
    neighbor = {"address": address, "state": "down", "reason": reason}
    assert event(json.dumps({"neighbor": neighbor})).reason == told
