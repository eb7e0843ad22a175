"""Routes with all their attributes, as routers of other makes show them."""

import pytest

from engines_bgp.town import OURS, ROUTER, ROUTER_6, Town, bird, frr, peer, route, speaker
from live.until import until
from support.netns import Network, needs_namespaces
from support.routers import needs_bird, needs_frr

pytestmark = needs_namespaces

BOTH = ("ipv4", "ipv6")
WEB = "198.51.100.1/32"
WEB_6 = "2001:db8:99::1/128"


class Stage:
    """A speaker beside a router of one make, for several tests one after another."""

    def __init__(self, town, router):
        self.town, self.router = town, router
        self.speaker = speaker(town)

    def reset(self):
        """The router is told of nothing."""
        self.speaker.push(peer(), routes={})
        kernels = ("-4", "-6")
        until(lambda: not any(self.router.kernel(each) for each in kernels), "an empty kernel")


@pytest.fixture(scope="module")
def _at_frr():
    with Network() as network:
        town = Town(network)
        made = Stage(town, frr(town))
        yield made
        made.speaker.close()


@pytest.fixture(scope="module")
def _at_bird(tmp_path_factory):
    with Network() as network:
        town = Town(network)
        made = Stage(town, bird(town, tmp_path_factory.mktemp("router")))
        yield made
        made.speaker.close()


@pytest.fixture
def at_frr(_at_frr):
    _at_frr.reset()
    return _at_frr


@pytest.fixture
def at_bird(_at_bird):
    _at_bird.reset()
    return _at_bird


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
def test_a_route_with_all_attributes_at_frr(at_frr):
    router, speaker = at_frr.router, at_frr.speaker
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
def test_a_route_with_all_attributes_at_bird(at_bird):
    router, speaker = at_bird.router, at_bird.speaker
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
def test_both_families_over_one_session(at_frr, address):
    router, speaker = at_frr.router, at_frr.speaker
    speaker.push(peer(address, families=BOTH), routes={address: (route(WEB), route(WEB_6))})
    hops = {hop["ip"] for hop in path(router, WEB_6)["nexthops"] if hop.get("scope") == "global"}
    assert hops == {"2001:db8:2::1"}
    assert path(router, WEB)["nexthops"][0]["ip"] == "192.0.2.1"


@needs_bird
def test_one_family_is_all_that_a_session_of_one_family_carries(at_bird):
    router, speaker = at_bird.router, at_bird.speaker
    said = speaker.push(peer(ROUTER_6), routes={ROUTER_6: (route(WEB), route(WEB_6))})
    assert said.trouble == ""
    until(lambda: has(router, WEB_6), "the route in the router's kernel")
    assert WEB not in router.tell("show", "route")


@needs_bird
def test_routes_come_and_go_and_change_one_by_one(at_bird):
    router, speaker = at_bird.router, at_bird.speaker
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
def test_a_thousand_routes(at_bird):
    router, speaker = at_bird.router, at_bird.speaker
    speaker.push(peer(), routes={})
    speaker.await_up(ROUTER)
    many = [route(f"10.{i // 250}.{i % 250}.1/32", communities=("64512:1",)) for i in range(1000)]
    speaker.push(peer(), routes={ROUTER: tuple(many)})
    until(lambda: router.kernel().count("10.") >= 1000, "all of them")
    speaker.push(peer(), routes={ROUTER: tuple(many[:1])})
    until(lambda: router.kernel().count("\n") == 1, "all but one to be gone")


@needs_frr
def test_the_path_of_one_router_is_no_concern_of_another(at_frr):
    """Two peers, other attributes and other routes at each."""
    router, speaker = at_frr.router, at_frr.speaker
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
