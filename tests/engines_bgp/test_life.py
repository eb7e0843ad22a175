"""What outlives what: Portico, the speaker, ExaBGP, a session, a route at the router."""

import os
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from engines_bgp.town import ROUTER, ROUTER_6, bird, frr, peer, route
from live.until import until
from support.netns import needs_namespaces
from support.routers import needs_bird, needs_frr

pytestmark = needs_namespaces

WEB, OTHER = "198.51.100.1/32", "198.51.100.2/32"


def has(router, prefix):
    return prefix.removesuffix("/32") in router.kernel()


def since(router):
    """When BIRD's session came up, as it says."""
    for line in router.tell("show", "protocols").splitlines():
        if line.startswith("v4_1"):
            return line.split()[4]
    raise AssertionError("no such session")


def kill_daemon(speaker):
    os.kill(speaker.daemon_pid(), signal.SIGKILL)


@pytest.fixture
def router(town, tmp_path):
    return bird(town, tmp_path)


@pytest.fixture
def announced(router, speaker):
    speaker.push(peer(), routes={ROUTER: (route(WEB), route(OTHER))})
    until(lambda: has(router, WEB) and has(router, OTHER), "both routes")
    return since(router)


@needs_bird
def test_the_session_outlives_the_speaker_and_the_next_one_takes_it_over(
    router, speaker, announced
):
    daemon = speaker.daemon_pid()
    speaker.leave(withdraw=False)
    speaker.start()
    speaker.kill()
    speaker.start()
    assert speaker.ask().sessions == {}
    assert speaker.daemon_pid() == daemon
    said = speaker.push(peer(), routes={ROUTER: (route(WEB), route("198.51.100.3/32"))})
    assert said.trouble == ""
    until(lambda: has(router, "198.51.100.3/32"), "the new route")
    until(lambda: not has(router, OTHER), "what is no longer wanted to be gone")
    assert has(router, WEB)
    assert since(router) == announced
    assert speaker.session(ROUTER).state == "up"
    assert speaker.ask().starts == 0


@needs_bird
def test_a_daemon_that_dies_is_started_and_told_all_again(router, speaker, announced):
    kill_daemon(speaker)
    until(lambda: not has(router, WEB), "the router to notice")
    until(lambda: has(router, WEB) and has(router, OTHER), "both routes again")
    assert speaker.ask().starts == 2


@needs_bird
def test_with_graceful_restart_a_crash_takes_no_route_away(town, tmp_path, speaker):
    router = bird(town, tmp_path, "graceful restart;")
    speaker.push(peer(graceful=20), routes={ROUTER: (route(WEB), route(OTHER))})
    until(lambda: has(router, WEB) and has(router, OTHER), "both routes")
    with Watched(town.router) as gone:
        before = since(router)
        kill_daemon(speaker)
        speaker.push(peer(graceful=20), routes={ROUTER: (route(WEB),)})
        until(lambda: since(router) != before and router.session("v4_1") == "Established",
              "another session")  # fmt: skip
        until(lambda: not has(router, OTHER), "the end of the routes to tell what is stale")
        assert has(router, WEB)
    assert not any(WEB.removesuffix("/32") in line for line in gone())


@needs_bird
def test_a_planned_stop_takes_back_every_route_first(town, tmp_path, speaker):
    """Also where the router would keep them for a minute."""
    router = bird(town, tmp_path, "graceful restart;")
    speaker.push(peer(graceful=60), routes={ROUTER: (route(WEB), route(OTHER))})
    until(lambda: has(router, WEB) and has(router, OTHER), "both routes")
    pid = speaker.daemon_pid()
    speaker.leave(withdraw=True)
    assert not has(router, WEB)  # at once: nothing is stale
    assert not has(router, OTHER)
    assert not Path(f"/proc/{pid}").exists()
    assert not (speaker.state / "exabgp.conf").exists()


@needs_frr
def test_a_new_peer_and_a_changed_one_do_not_disturb_the_others(town, speaker):
    router = frr(town)
    routes = {ROUTER: (route(WEB),), ROUTER_6: (route("2001:db8:99::1/128"),)}
    speaker.push(peer(), routes=routes)
    until(lambda: has(router, WEB), "the route")
    speaker.push(peer(), peer(ROUTER_6), routes=routes)
    until(lambda: "2001:db8:99::1" in router.kernel("-6"), "the route of the new one")
    speaker.push(peer(), peer(ROUTER_6, hold=30), routes=routes)
    until(lambda: negotiated_hold(router, "2001:db8:2::1") == 30, "the changed time")
    until(lambda: "2001:db8:99::1" in router.kernel("-6"), "the route, without being told again")
    assert speaker.session(ROUTER).downs == 0
    assert speaker.session(ROUTER_6).downs == 1
    assert router.show("bgp neighbors 192.0.2.1")["192.0.2.1"]["connectionsDropped"] == 0


def negotiated_hold(router, ours):
    found = router.show(f"bgp neighbors {ours}")[ours]
    if found.get("bgpState") != "Established":
        return 0
    return found["bgpTimerHoldTimeMsecs"] // 1000


@needs_bird
def test_a_peer_that_is_not_there_does_not_keep_others_waiting(town, router, speaker):
    ghost = peer("192.0.2.99")
    speaker.push(ghost, routes={"192.0.2.99": (route(WEB),)})
    assert speaker.session("192.0.2.99").state == "down"
    said = speaker.push(ghost, peer(), routes={"192.0.2.99": (route(WEB),), ROUTER: (route(WEB),)})
    assert said.trouble == ""
    until(lambda: has(router, WEB), "the route")


@needs_bird
def test_a_router_that_was_away_is_tried_again_in_time(patient, town, tmp_path, speaker):
    speaker.push(peer(connect=2), routes={ROUTER: (route(WEB),)})
    until(lambda: "waits" in pauses(speaker), "ExaBGP to be tired of trying", 40)
    router = bird(town, tmp_path)
    until(lambda: has(router, WEB), "the route", 5)


def pauses(speaker):
    """Whether so much time has passed that ExaBGP by itself would wait for long."""
    pid = speaker.daemon_pid()
    started = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
    ticks = os.sysconf("SC_CLK_TCK")
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return "waits" if uptime - started / ticks > 12 else ""


@needs_bird
def test_the_right_password_and_the_wrong_one(town, tmp_path, speaker):
    secret = 'a b;"}{ \\ #'
    router = bird(town, tmp_path, 'password "right";')
    speaker.push(peer(password=secret), routes={ROUTER: (route(WEB),)})
    until(lambda: router.session("v4_1"), "the router to know of the session")
    assert speaker.session(ROUTER).state == "down"
    arguments = Path(f"/proc/{speaker.daemon_pid()}/cmdline").read_bytes()
    arguments += Path(f"/proc/{speaker.process.pid()}/cmdline").read_bytes()
    arguments += Path(f"/proc/{speaker.daemon_pid()}/environ").read_bytes()
    assert b"a b" not in arguments
    for file in speaker.state.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
    speaker.push(peer(password="right"), routes={ROUTER: (route(WEB),)})
    until(lambda: has(router, WEB), "the route")


@needs_frr
def test_whom_we_are_to_each_other(town, speaker):
    """Any other AS, our own, one of four octets; a source, a router id, a time, a password."""
    secret = "p{};\"#\\w0rd'$"
    town.machine.ip("address add 192.0.2.71/24 dev eth0", "address add 192.0.2.72/24 dev eth0")
    town.router.ip("address add 192.0.2.253/24 dev eth0", "address add 192.0.2.252/24 dev eth0")
    router = frr(town)
    for ours, number in (("192.0.2.71", 64513), ("192.0.2.72", 4_200_000_001)):
        router.configure(
            "router bgp 64513", f"neighbor {ours} remote-as {number}",
            f"neighbor {ours} password {secret}",
            "address-family ipv4 unicast", f"neighbor {ours} activate",
        )  # fmt: skip
    inside = peer("192.0.2.253", source="192.0.2.71", local=64513, remote="internal", hold=6,
                  router_id="192.0.2.77", password=secret)  # fmt: skip
    large = peer("192.0.2.252", source="192.0.2.72", local=4_200_000_001, password=secret,
                 router_id="192.0.2.78")  # fmt: skip
    anybody = peer(remote="external")
    routes = {
        ROUTER: (route(WEB),), "192.0.2.253": (route(OTHER, local_pref=321),),
        "192.0.2.252": (route("198.51.100.3/32"),),
    }  # fmt: skip
    speaker.push(anybody, inside, large, routes=routes)
    for prefix in (WEB, OTHER, "198.51.100.3/32"):
        until(lambda prefix=prefix: has(router, prefix), prefix)
    assert all(speaker.session(each).state == "up" for each in routes)
    assert router.route(OTHER)["paths"][0]["aspath"]["string"] == "Local"
    assert router.route(OTHER)["paths"][0]["locPrf"] == 321
    assert router.route("198.51.100.3/32")["paths"][0]["aspath"]["string"] == "4200000001"
    found = router.show("bgp neighbors 192.0.2.71")["192.0.2.71"]
    assert found["remoteRouterId"] == "192.0.2.77"
    assert found["bgpTimerHoldTimeMsecs"] == 6000
    assert "via 192.0.2.71" in router.kernel()

    # The next speaker knows which sessions are up, though ExaBGP does not tell that of anybody
    # where one may be in any AS.
    speaker.kill()
    speaker.start()
    speaker.push(anybody, inside, large, routes=routes)
    assert {each: speaker.session(each).state for each in routes} == dict.fromkeys(routes, "up")
    assert "via 192.0.2.71" in router.kernel()


@needs_frr
def test_another_as_is_a_hop_away_unless_it_may_be_farther(town, speaker):
    town.router.ip("address add 203.0.113.1/32 dev lo")
    far = town.network.space("far")
    town.network.wire(town.router, "eth1", far, "eth0")
    town.router.up("eth1", ["192.0.3.1/24"])
    far.up("eth0", ["192.0.3.254/24"])
    far.ip("route add default via 192.0.3.1")
    town.machine.ip(f"route add default via {ROUTER}")
    town.router = far
    router = frr(town, "neighbor {ours} ebgp-multihop")
    speaker.push(peer("192.0.3.254"), routes={"192.0.3.254": (route(WEB),)})
    assert speaker.session("192.0.3.254").state == "down"
    far_one = peer("192.0.3.254", multihop=True)
    speaker.push(far_one, routes={"192.0.3.254": (route(WEB),)})
    until(lambda: router.route(WEB).get("paths"), "the route")


def test_what_is_no_request_is_answered_and_no_reason_to_end(speaker):
    for line in (b"\n", b"{}\n", b'{"type":"push","table":3}\n', b"\xff\n"):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(speaker.process.socket))
            caller.sendall(line)
            assert b'"error":"' in caller.recv(1 << 16)
    assert speaker.ask().bugs == 0
    assert speaker.process.socket.stat().st_mode & 0o777 == 0o600


def test_a_change_upon_another_table_is_refused(speaker):
    speaker.push(peer("192.0.2.99"))
    speaker.version = "of somebody else"
    with pytest.raises(Exception, match="the table is not"):
        speaker.change(put={"192.0.2.99": (route(WEB),)})


def test_what_has_no_place_in_a_configuration_never_gets_there(speaker):
    for bad in (
        peer(device="eth0; } process x { run /bin/true"),
        peer("192.0.2.99; }"),
        peer(router_id="1.2.3.4; local-as 1"),
        peer(source="auto;"),
        peer(password="x" * 81),
    ):
        assert speaker.push(bad).trouble != ""
        assert not (speaker.state / "exabgp.conf").exists()


class Watched:
    """What the kernel of a space said of removed routes, meanwhile."""

    def __init__(self, space):
        self._space = space

    def __enter__(self):
        self._process = self._space.start(
            "ip", "monitor", "route", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.lines: list[str] = []
        return lambda: [line for line in self.lines if line.startswith("Deleted")]

    def __exit__(self, *raised):
        self._process.terminate()
        out, _ = self._process.communicate(timeout=10)
        self.lines.extend(out.decode().splitlines())
