"""Routes with all their attributes, as routers of other makes show them."""

import pytest

from engines_bgp.town import OURS, ROUTER, ROUTER_6, bird, frr, peer, route
from live.until import until
from support.netns import needs_namespaces
from support.routers import needs_bird, needs_frr

pytestmark = needs_namespaces

BOTH = ("ipv4", "ipv6")
WEB = "198.51.100.1/32"
WEB_6 = "2001:db8:99::1/128"


def path(router, prefix):
    """The one path of FRR to a prefix, once it is there."""
    until(lambda: router.route(prefix).get("paths"), f"FRR to have {prefix}")
    (only,) = router.route(prefix)["paths"]
    return only


def has(router, prefix):
    """Whether FRR or BIRD has a route in its kernel."""
    address = prefix.removesuffix("/32").removesuffix("/128")
    return address in router.kernel("-6" if ":" in prefix else "-4")


@needs_frr
def test_a_route_with_all_attributes_at_frr(town, speaker):
    router = frr(town)
    said = speaker.push(peer(), routes={ROUTER: (
        route(WEB, communities=("64512:1", "65535:65281"), large=("64512:1:4294967295",)),
        route("203.0.113.0/24"),
    )})  # fmt: skip
    assert said.trouble == ""
    found = path(router, WEB)
    assert found["aspath"]["string"] == str(OURS)
    assert found["origin"] == "IGP"
    assert [hop["ip"] for hop in found["nexthops"]] == ["192.0.2.1"]
    assert found["community"]["string"].split() == ["64512:1", "no-export"]
    assert found["largeCommunity"]["string"] == "64512:1:4294967295"
    assert "community" not in path(router, "203.0.113.0/24")


@needs_bird
def test_a_route_with_all_attributes_at_bird(town, speaker, tmp_path):
    router = bird(town, tmp_path)
    speaker.push(peer(), routes={ROUTER: (
        route(WEB, communities=("64512:1", "64512:2"), large=("1:2:3", "4:5:6")),
    )})  # fmt: skip
    until(lambda: has(router, WEB), "the route in the router's kernel")
    shown = router.route(WEB)
    assert "via 192.0.2.1 on eth0" in shown
    assert "BGP.as_path: 64512" in shown
    assert "BGP.community: (64512,1) (64512,2)" in shown
    assert "BGP.large_community: (1, 2, 3) (4, 5, 6)" in shown


@needs_frr
@pytest.mark.parametrize("address", [ROUTER, ROUTER_6], ids=["over IPv4", "over IPv6"])
def test_both_families_over_one_session(town, speaker, address):
    router = frr(town)
    speaker.push(peer(address, families=BOTH), routes={address: (route(WEB), route(WEB_6))})
    hops = {hop["ip"] for hop in path(router, WEB_6)["nexthops"] if hop.get("scope") == "global"}
    assert hops == {"2001:db8:2::1"}
    assert path(router, WEB)["nexthops"][0]["ip"] == "192.0.2.1"


@needs_bird
def test_one_family_is_all_that_a_session_of_one_family_carries(town, speaker, tmp_path):
    router = bird(town, tmp_path)
    said = speaker.push(peer(ROUTER_6), routes={ROUTER_6: (route(WEB), route(WEB_6))})
    assert said.trouble == ""
    until(lambda: has(router, WEB_6), "the route in the router's kernel")
    assert WEB not in router.tell("show", "route")


@needs_bird
def test_routes_come_and_go_and_change_one_by_one(town, speaker, tmp_path):
    router = bird(town, tmp_path)
    speaker.push(peer(), routes={ROUTER: (route(WEB), route("198.51.100.2/32"))})
    until(lambda: has(router, "198.51.100.2/32"), "both routes")
    speaker.change(put={ROUTER: (route("198.51.100.3/32"),)})
    until(lambda: has(router, "198.51.100.3/32"), "a third")
    speaker.change(put={ROUTER: (route(WEB, communities=("64512:9",)),)})
    until(lambda: "(64512,9)" in router.route(WEB), "another community")
    speaker.change(put={ROUTER: (route(WEB),)})
    until(lambda: "community" not in router.route(WEB), "the community to be gone")
    speaker.change(drop={ROUTER: (WEB,)})
    until(lambda: not has(router, WEB), "the first to be gone")
    assert has(router, "198.51.100.2/32")
    assert speaker.session(ROUTER).prefixes == 2
    assert speaker.session(ROUTER).downs == 0


@needs_bird
def test_a_thousand_routes(town, speaker, tmp_path):
    router = bird(town, tmp_path)
    speaker.push(peer(), routes={})
    speaker.await_up(ROUTER)
    many = [route(f"10.{i // 250}.{i % 250}.1/32", communities=("64512:1",)) for i in range(1000)]
    speaker.push(peer(), routes={ROUTER: tuple(many)})
    until(lambda: router.kernel().count("10.") >= 1000, "all of them")
    speaker.push(peer(), routes={ROUTER: tuple(many[:1])})
    until(lambda: router.kernel().count("\n") == 1, "all but one to be gone")


@needs_frr
def test_the_path_of_one_router_is_no_concern_of_another(network, town, speaker, tmp_path):
    """Two peers, other attributes and other routes at each."""
    router = frr(town)
    speaker.push(
        peer(), peer(ROUTER_6, families=BOTH),
        routes={
            ROUTER: (route(WEB, communities=("64512:4",)),),
            ROUTER_6: (route(WEB_6, communities=("64512:6",)),),
        },
    )  # fmt: skip
    assert path(router, WEB)["community"]["string"] == "64512:4"
    assert path(router, WEB_6)["community"]["string"] == "64512:6"
    speaker.push(peer(), routes={ROUTER: (route(WEB, communities=("64512:4",)),)})
    until(lambda: not router.route(WEB_6).get("paths"), "the other's route to be gone")
    assert path(router, WEB)["community"]["string"] == "64512:4"
    assert speaker.session(ROUTER).downs == 0
