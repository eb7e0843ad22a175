"""BIRD as the daemon, behind the same contract: one story against FRR, and what it is written."""

import os
import signal

import pytest

from engines_bgp.town import ROUTER, ROUTER_6, frr, peer, route
from live.until import until
from portico.engines.bgp.bird.config import ConfigError, Surroundings, name_of, render
from portico.engines.bgp.bird.protocols import paths, sessions
from portico.engines.bgp.wire import Bfd
from support.netns import needs_namespaces
from support.routers import needs_bird, needs_frr

WEB, OTHER, WEB_6 = "198.51.100.1/32", "198.51.100.2/32", "2001:db8:99::1/128"
BOTH = ("ipv4", "ipv6")
SECRET = "s3cret;#x"


@needs_namespaces
@needs_bird
@needs_frr
def test_a_life_of_bird(town, speakers):
    router = frr(town, "neighbor {ours} password " + SECRET, "neighbor {ours} bfd")
    ours = speakers(town, engine="bird")
    quick = peer(families=BOTH, password=SECRET, hold=90, bfd=Bfd(100, 100))
    six = peer(ROUTER_6, password=SECRET)
    told = route(WEB, communities=("64512:1", "65535:65281"), large=("1:2:3",))
    routes = {ROUTER: (told, route(WEB_6)), ROUTER_6: (route(WEB_6),)}
    assert ours.push(quick, six, routes=routes).trouble == ""
    ours.await_up(ROUTER, ROUTER_6)
    until(lambda: ours.ask().watched[ROUTER].state == "up", "BFD")
    before = drops(router)
    until(lambda: router.route(WEB).get("paths"), "the route")
    (path,) = router.route(WEB)["paths"]
    assert path["community"]["string"].split() == ["64512:1", "no-export"]
    assert path["largeCommunity"]["string"] == "1:2:3"
    assert path["nexthops"][0]["ip"] == "192.0.2.1"
    until(lambda: len(router.route(WEB_6).get("paths", ())) == 2, "both sessions to carry IPv6")
    hops = {hop["ip"] for one in router.route(WEB_6)["paths"] for hop in one["nexthops"]
            if hop.get("scope") == "global"}  # fmt: skip
    assert hops == {"2001:db8:2::1"}

    # One route more, one less, another attribute; no session is touched.
    ours.change(put={ROUTER: (route(OTHER),)}, drop={ROUTER: (WEB_6,)})
    until(lambda: router.route(OTHER).get("paths"), "another route")
    until(lambda: len(router.route(WEB_6)["paths"]) == 1, "one less")
    assert ours.session(ROUTER).prefixes == 2
    assert drops(router) == before

    # The speaker is killed, and the next one takes BIRD over.
    pid = ours.daemon_pid()
    ours.kill()
    ours.start()
    ours.push(quick, six, routes=routes)
    until(lambda: not router.route(OTHER).get("paths"), "what is no longer wanted to be gone")
    assert ours.daemon_pid() == pid
    assert drops(router) == before

    # The path dies.
    town.switch.unplug(town.machine)
    until(lambda: not router.route(WEB).get("paths"), "BFD to notice")
    town.switch.plug_in_again(town.machine)
    until(lambda: router.route(WEB).get("paths"), "the route again")

    # BIRD dies, and is told all again; then everything ends, and the routes first.
    os.kill(ours.daemon_pid(), signal.SIGKILL)
    until(lambda: not router.route(WEB).get("paths"), "the router to notice")
    until(lambda: router.route(WEB).get("paths"), "the route again", 30)
    ours.leave(withdraw=True)
    assert not router.route(WEB).get("paths")
    assert not (ours.state / "bird.conf").exists()


def drops(router):
    return router.show("bgp neighbors 192.0.2.1")["192.0.2.1"]["connectionsDropped"]


def text(*peers, **routes):
    found = {each.address: each for each in peers}
    around = Surroundings(lambda _peer, _family: "", lambda _peer: True)
    return render(found, lambda each: routes.get("routes", {}), around)


def test_what_is_written_has_no_text_of_anybody_in_it():
    for bad in (
        peer(password='x"; include "/etc/passwd'),
        peer(password="two\nlines"),
        peer(device='eth0"; }'),
        peer(password="x" * 81),
    ):
        with pytest.raises(ConfigError):
            text(bad)
    for bad in (peer(router_id="1.2.3.4; x"), peer("192.0.2.9; }"), peer(source="x")):
        with pytest.raises(ValueError, match=r"\w"):
            text(bad)
    with pytest.raises(ConfigError):
        text(peer(), routes={WEB: route(WEB, communities=("1:2)); x",))})


def test_the_order_does_not_matter():
    one, other = peer(), peer(ROUTER_6)
    assert text(one, other) == text(other, one)
    assert name_of(ROUTER) == "c00002fe"


SHOWN = """\
Name       Proto      Table      State  Since         Info
device1    Device     ---        up     11:38:54.748
peer_c00002fe BGP        ---        up     11:38:55.197  Established
  Channel ipv4
    Routes:         0 imported, 3 exported, 0 preferred
    Route change stats:     received   rejected   filtered    ignored   accepted
      Export updates:              5          1          0        ---          4
  Channel ipv6
    Routes:         0 imported, 2 exported, 0 preferred
      Export updates:              2          0          0        ---          2
peer_c0000263 BGP        ---        start  11:38:54.748  Active        Socket: Connection refused
"""


def test_what_bird_says_of_sessions():
    found = sessions(SHOWN.splitlines())
    assert found["c00002fe"] == (True, "", 5, 6)
    assert found["c0000263"] == (False, "Socket: Connection refused", 0, 0)


def test_what_bird_says_of_paths():
    shown = """\
IP address                Interface  State      Since         Interval  Timeout
192.0.2.1                 ---        Init       11:27:00.839    1.000    3.000
2001:db8:2::1             eth0       Up         11:27:00.752    0.100    0.300
"""
    assert paths(shown.splitlines()) == {
        "192.0.2.1": ("init", 3000.0), "2001:db8:2::1": ("up", 300.0),
    }  # fmt: skip
