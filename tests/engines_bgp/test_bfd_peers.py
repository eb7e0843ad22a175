"""Our BFD against FRR's bfdd and BIRD's, over wires."""

import os
import socket
from pathlib import Path

import pytest

from engines_bgp.bfd_process import BfdProcess
from live.until import until
from portico.engines.bgp.bfd.talk import Wish
from portico.engines.bgp.bfd.wire import Packet, State, encode
from support.netns import Network, needs_namespaces
from support.routers import Bird, Frr, needs_bird, needs_frr

pytestmark = needs_namespaces

FRR_PEERS = """
bfd
 peer 192.0.2.1 local-address 192.0.2.254
  detect-multiplier 3
  receive-interval 100
  transmit-interval 100
 peer 192.0.2.1 multihop local-address 203.0.113.1
  detect-multiplier 3
  receive-interval 100
  transmit-interval 100
 peer 2001:db8:2::1 local-address 2001:db8:2::254
"""

BIRD_PEERS = """
router id 192.0.2.254;
protocol device {}
protocol bfd {
  interface "eth0" { min rx interval 100 ms; min tx interval 100 ms; multiplier 3; };
  multihop { min rx interval 100 ms; min tx interval 100 ms; multiplier 3; };
  neighbor 192.0.2.1 dev "eth0" local 192.0.2.254;
  neighbor 192.0.2.1 local 203.0.113.1 multihop on;
  neighbor 2001:db8:2::1 dev "eth0" local 2001:db8:2::254;
}
"""

NEAR = Wish("192.0.2.254", transmit=100, receive=100)
# BIRD starts what goes over many hops with a TTL of 64; FRR with 255.
FAR = Wish("203.0.113.1", "192.0.2.1", "", True, minimum_ttl=64, transmit=100, receive=100)
STRICT = Wish("203.0.113.1", "192.0.2.1", "", True)
SIX = Wish("2001:db8:2::254", local="2001:db8:2::1")


class Town:
    """Our machine and a router on one wire; the router has an address that is a hop away."""

    def __init__(self, network: Network) -> None:
        self.machine, self.router = network.space("machine"), network.space("router")
        network.wire(self.machine, "eth0", self.router, "eth0")
        self.machine.up("eth0", ["192.0.2.1/24", "2001:db8:2::1/64"])
        self.router.up("eth0", ["192.0.2.254/24", "2001:db8:2::254/64"])
        self.router.up("lo", ["203.0.113.1/32"])
        self.machine.ip("route add 203.0.113.1 via 192.0.2.254")

    def cut(self) -> None:
        self.machine.ip("link set eth0 down")

    def mend(self) -> None:
        """With what went with the link."""
        self.machine.up("eth0", ["2001:db8:2::1/64"])
        self.machine.ip("route add 203.0.113.1 via 192.0.2.254")


@pytest.fixture(scope="module")
def town():
    with Network() as network:
        yield Town(network)


@pytest.fixture
def ours(town):
    made = BfdProcess(town.machine)
    try:
        yield made
    finally:
        made.close()


KINDS = [pytest.param("frr", marks=needs_frr), pytest.param("bird", marks=needs_bird)]


@pytest.fixture(scope="module", params=KINDS)
def router(request, tmp_path_factory):
    """With a town of its own; for several tests, one after another."""
    with Network() as network:
        town = Town(network)
        if request.param == "frr":
            made = Frr(town.router, FRR_PEERS)
        else:
            made = Bird(town.router, tmp_path_factory.mktemp("bird") / "bird", BIRD_PEERS)
        made.town = town
        yield made


only_frr = pytest.mark.parametrize("router", KINDS[:1], indirect=True)


@pytest.fixture
def beside(router):
    """Our process, on the machine beside that router."""
    made = BfdProcess(router.town.machine)
    try:
        yield made
    finally:
        made.close()


def seen_by(router, wish):
    """What the router calls the session with us, in lower case."""
    if isinstance(router, Frr):
        local = {"192.0.2.254": False, "203.0.113.1": True, "2001:db8:2::254": False}
        ours = "2001:db8:2::1" if ":" in wish.peer else "192.0.2.1"
        for each in router.show("bfd peers"):
            if each["peer"] == ours and each["multihop"] == local[wish.peer]:
                return each["status"]
        return ""
    number = {"192.0.2.254": ("192.0.2.1", "eth0"), "203.0.113.1": ("192.0.2.1", "---"),
              "2001:db8:2::254": ("2001:db8:2::1", "eth0")}[wish.peer]  # fmt: skip
    for line in router.tell("show", "bfd", "sessions").splitlines():
        if tuple(line.split()[:2]) == number:
            return line.split()[2].lower()
    return ""


@pytest.mark.parametrize("wish", [NEAR, FAR, SIX], ids=["one hop", "many hops", "IPv6"])
def test_a_session_comes_up_at_both_ends(router, beside, wish):
    beside.follow(wish)
    until(lambda: beside.state_of(wish.peer) == "up", "our end")
    until(lambda: seen_by(router, wish) == "up", "the router's end")
    until(
        lambda: beside.standing(wish.peer).detection == 3 * wish.receive, "the intervals asked for"
    )


def test_a_dead_wire_is_noticed_and_so_is_its_return(router, beside):
    beside.follow(NEAR)
    until(lambda: beside.state_of(NEAR.peer) == "up", "our end")
    until(lambda: beside.standing(NEAR.peer).detection == 300, "the intervals asked for")
    router.town.cut()
    until(lambda: beside.state_of(NEAR.peer) == "down", "our end to notice")
    until(lambda: seen_by(router, NEAR) != "up", "the router to notice")
    assert [(turn.old, turn.new, turn.by_admin) for turn in beside.turns][-1] == (
        "up",
        "down",
        False,
    )
    router.town.mend()
    until(lambda: beside.state_of(NEAR.peer) == "up", "our end")
    until(lambda: seen_by(router, NEAR) == "up", "the router's end")


@only_frr
def test_the_process_outlives_who_told_it_and_ends_politely(router, beside):
    beside.follow(NEAR)
    until(lambda: beside.state_of(NEAR.peer) == "up", "our end")
    before = beside.standing(NEAR.peer)
    beside.listen_again()
    beside.follow(NEAR)  # the same again disturbs nothing
    assert beside.standing(NEAR.peer).ups == before.ups == 1
    assert beside.standing(NEAR.peer).downs == 0
    beside.leave()
    until(lambda: seen_by(router, NEAR) != "up", "the router to hear of it")


@only_frr
def test_other_intervals_are_followed_without_going_down(router, beside):
    beside.follow(NEAR)
    until(lambda: beside.standing(NEAR.peer).detection == 300, "the intervals asked for")
    beside.follow(Wish(NEAR.peer, transmit=200, receive=400, multiplier=5))
    until(lambda: beside.standing(NEAR.peer).detection == 1200, "the new ones")
    assert beside.standing(NEAR.peer).downs == 0


@only_frr
def test_one_session_more_does_not_disturb_the_others(router, beside):
    beside.follow(NEAR)
    until(lambda: beside.state_of(NEAR.peer) == "up", "the first")
    beside.follow(NEAR, FAR, SIX)
    for wish in (FAR, SIX):
        until(lambda peer=wish.peer: beside.state_of(peer) == "up", wish.peer)
    assert beside.standing(NEAR.peer).ups == 1
    beside.follow(NEAR, SIX)
    until(lambda: seen_by(router, FAR) != "up", "the router to hear that it is over")
    assert beside.standing(NEAR.peer).downs == 0


def send(space, address, port, octets, ttl=255):
    with space.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        stranger.bind((address, 0))
        stranger.sendto(octets, ("192.0.2.1", port))


def test_who_is_too_far_away_or_unknown_is_not_heard(town, ours):
    ours.follow(NEAR, STRICT)
    hello = encode(Packet(State.DOWN, 9, 0, 3, 1_000_000, 1_000_000))
    send(town.router, "192.0.2.254", 3784, hello, ttl=254)  # one hop more than there may be
    send(town.router, "203.0.113.1", 4784, hello, ttl=253)
    send(town.router, "203.0.113.1", 3784, hello)  # known, but not as a neighbour
    send(town.router, "192.0.2.254", 3784, b"no BFD at all")
    until(lambda: ours.figures().dropped == 4, "all four to be dropped")
    assert {ours.state_of(NEAR.peer), ours.state_of(FAR.peer)} == {"down"}
    send(town.router, "192.0.2.254", 3784, hello)
    send(town.router, "203.0.113.1", 4784, hello, ttl=254)
    until(lambda: ours.state_of(NEAR.peer) == "init", "the neighbour")
    until(lambda: ours.state_of(FAR.peer) == "init", "the other")


def test_a_taken_port_is_told_and_then_taken_over(town, ours):
    with town.machine.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", 3784))
        assert "cannot listen" in ours.follow(NEAR).sessions[NEAR.peer].trouble
    assert ours.follow(NEAR).sessions[NEAR.peer].trouble == ""


def test_what_is_no_request_is_answered_and_no_reason_to_end(ours):
    for line in (b"\n", b"{}\n", b'{"type":"follow","wishes":3}\n', b"\xff\n"):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(ours.process.socket))
            caller.sendall(line)
            assert b'"error":"' in caller.recv(1 << 16)
    assert ours.figures().bugs == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to give up")
def test_it_runs_as_nobody_before_others_and_its_socket_is_its_own(ours):
    pid = ours.process.pid()
    status = Path(f"/proc/{pid}/status").read_text()
    assert "CapEff:\t0000000000000000" in status
    assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert ours.process.socket.stat().st_mode & 0o777 == 0o600
    assert os.sched_getscheduler(pid) & 0xFF == os.SCHED_RR or os.getpriority(0, pid) < 0
