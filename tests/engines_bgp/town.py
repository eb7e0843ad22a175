"""A machine, or three, and a router on one network; and what the router is told to expect."""

from engines_bgp.speaker_process import SpeakerProcess
from portico.engines.bgp.wire import Peer, Route
from support.netns import Network, Space
from support.routers import Bird, Frr

ROUTER = "192.0.2.254"
ROUTER_6 = "2001:db8:2::254"
OURS, THEIRS = 64512, 64513


class Town:
    """Machines are 192.0.2.1 and so on, 2001:db8:2::1 and so on."""

    def __init__(self, network: Network, machines: int = 1) -> None:
        self.network = network
        self.router = network.space("router")
        self.switch = network.switch("switch")
        self.switch.plug(self.router, f"{ROUTER}/24", f"{ROUTER_6}/64")
        self.router.sysctl({
            "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1,
            "net.ipv4.fib_multipath_hash_policy": 1, "net.ipv6.fib_multipath_hash_policy": 1,
        })  # fmt: skip
        self.machines = [self._machine(number) for number in range(1, machines + 1)]

    @property
    def machine(self) -> Space:
        return self.machines[0]

    def _machine(self, number: int) -> Space:
        made = self.network.space(f"machine{number}")
        self.switch.plug(made, f"192.0.2.{number}/24", f"2001:db8:2::{number}/64")
        return made


def peer(address: str = ROUTER, **more) -> Peer:
    """A session as MetalLB's simplest BGPPeer asks for it."""
    number = more.pop("number", 1)
    families = more.pop("families", ("ipv6",) if ":" in address else ("ipv4",))
    known = {"local": OURS, "remote": THEIRS, "router_id": f"192.0.2.{number}", "hold": 9}
    return Peer(address=address, families=families, **(known | more))


def route(prefix: str, **more) -> Route:
    return Route(prefix=prefix, **more)


def frr(town: Town, *lines: str, machines: int = 1, families=("ipv4", "ipv6"), remote=OURS) -> Frr:
    """FRR with a session to every machine; more lines for each, with `{ours}` for its address."""
    peers = []
    for number in range(1, machines + 1):
        for ours in (f"192.0.2.{number}", f"2001:db8:2::{number}"):
            peers += [f" neighbor {ours} remote-as {remote}", f" neighbor {ours} timers connect 1"]
            peers += [" " + line.replace("{ours}", ours) for line in lines]
    active = []
    for family in families:
        active.append(f" address-family {family} unicast")
        active.append("  maximum-paths 8")
        active += [
            f"  neighbor {ours}{number} activate"
            for number in range(1, machines + 1)
            for ours in ("192.0.2.", "2001:db8:2::")
        ]
        active.append(" exit-address-family")
    config = [
        f"router bgp {THEIRS}", " bgp router-id 192.0.2.254", " no bgp ebgp-requires-policy",
        " no bgp default ipv4-unicast", " bgp bestpath as-path multipath-relax",
        *peers, *active,
    ]  # fmt: skip
    return Frr(town.router, "\n".join(config))


BIRD = """
router id 192.0.2.254;
protocol device {{}}
protocol kernel {{ ipv4 {{ import none; export all; }}; merge paths on; }}
protocol kernel {{ ipv6 {{ import none; export all; }}; merge paths on; }}
{protocols}
"""
BIRD_PEER = """
protocol bgp {name} {{
  local {ours} as {theirs}; neighbor {address} as {remote};
  passive on; error wait time 1, 2; hold time 9;
  ipv4 {{ import all; export none; }};
  ipv6 {{ import all; export none; }};
  {more}
}}
"""


def bird(town: Town, folder, *more: str, machines: int = 1, remote=OURS) -> Bird:
    """BIRD with sessions v4_1, v6_1, and so on."""
    return Bird(town.router, folder / "bird", bird_config(*more, machines=machines, remote=remote))


def bird_config(*more: str, machines: int = 1, remote=OURS) -> str:
    protocols = [
        BIRD_PEER.format(name=name, ours=ours, address=address, theirs=THEIRS, remote=remote,
                         more=" ".join(more))
        for number in range(1, machines + 1)
        for name, ours, address in (
            (f"v4_{number}", ROUTER, f"192.0.2.{number}"),
            (f"v6_{number}", ROUTER_6, f"2001:db8:2::{number}"),
        )
    ]  # fmt: skip
    return BIRD.format(protocols="".join(protocols))


def speaker(town: Town, number: int = 1, engine: str = "exabgp") -> SpeakerProcess:
    return SpeakerProcess(town.machines[number - 1], engine)
