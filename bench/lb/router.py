"""One node that speaks BGP, and a router of another make that puts its routes into a kernel."""

import asyncio
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from examples.netns.network import Network, Space

from portico.engines.bgp import Bgp, Options
from portico.model.ref import Ref
from portico.plan.bgp import (
    BfdTimes,
    BgpPeer,
    BgpRoute,
    Nodes,
    Telling,
    bgp_peer_key,
    bgp_route_key,
)
from portico.plan.key import Key, Origin
from portico.plan.plan import Diff, Unit
from portico.plan.transport import Family

ROUTER: Final = "192.0.2.254"
NODE: Final = "192.0.2.1"
PATIENCE: Final = 30.0

_ANYONE: Final = Nodes(is_open=True)
_SERVICE: Final = Ref("Service", "bench", "bench")
_AD: Final = Ref("BGPAdvertisement", "bench", "bench")
_NEW_ROUTE: Final = 24
_ROUTES_OF_IPV4: Final = 0x40  # RTMGRP_IPV4_ROUTE
_HEADER: Final = struct.Struct("=LHHLL")

BIRD: Final = f"""
router id {ROUTER};
protocol device {{}}
protocol bfd {{}}
protocol kernel {{ ipv4 {{ import none; export all; }}; }}
protocol bgp node {{
  local {ROUTER} as 64513; neighbor {NODE} as 64512; passive on; error wait time 1, 2;
  bfd {{ min rx interval 100 ms; min tx interval 100 ms; multiplier 3; }};
  ipv4 {{ import all; export none; }};
}}
"""
FRR: Final = f"""
router bgp 64513
 bgp router-id {ROUTER}
 no bgp ebgp-requires-policy
 neighbor {NODE} remote-as 64512
 neighbor {NODE} timers connect 1
 neighbor {NODE} bfd 3 100 100
"""


class Wire:
    """`daemon` is who speaks for us, `router` is BIRD or FRR."""

    def __init__(self, network: Network, daemon: str, router: str) -> None:
        self.node, self.router = network.space("node"), network.space("router")
        self.switch = network.switch("switch")
        self.switch.plug(self.node, f"{NODE}/24")
        self.switch.plug(self.router, f"{ROUTER}/24")
        self._folder = Path(tempfile.mkdtemp(prefix="portico-bench-"))
        network.at_end(lambda: shutil.rmtree(self._folder))
        self._folder.chmod(0o711)
        self._kernel = self.router.call(_heard_of_routes)
        network.at_end(self._kernel.close)
        {"bird": _start_bird, "frr": _start_frr}[router](self.router)
        self._engine = Bgp(Options(state_dir=self._folder, node="node", daemon=daemon))
        self._runner = asyncio.Runner()
        network.at_end(self._end)
        self._peer = _peer()
        self._plan: dict[Key, Unit] = {self._peer.key: self._peer}
        self._run(self._engine.converge(self._plan, None))
        self.time_until("announced", ["203.0.113.1/32"])
        self.time_until("withdrawn", ["203.0.113.1/32"])

    def time_until(self, what: str, prefixes: Iterable[str]) -> float:
        """Seconds until the router's kernel has, or has lost, all of them."""
        wanted = {prefix.partition("/")[0] for prefix in prefixes}
        units = {unit.key: unit for unit in (_route(f"{each}/32", self._peer) for each in wanted)}
        if what == "announced":
            self._plan |= units
            hint = Diff(dict(units), set())
        else:
            self._plan = {key: unit for key, unit in self._plan.items() if key not in units}
            hint = Diff({}, set(units))
        began = time.perf_counter()
        self._run(self._engine.converge(self._plan, hint))
        self._wait(wanted, is_new=what == "announced")
        return time.perf_counter() - began

    def time_until_dead(self, prefix: str) -> float:
        """Seconds from the moment the wire is cut until the router has lost a route."""
        began = time.perf_counter()
        self.switch.unplug(self.node)
        self._wait({prefix.partition("/")[0]}, is_new=False)
        found = time.perf_counter() - began
        self.switch.plug_in_again(self.node)
        self._wait({prefix.partition("/")[0]}, is_new=True)
        return found

    def await_path(self) -> None:
        """Until BFD is up at our end."""
        until(lambda: self._path() == "up", "BFD")

    def _path(self) -> str:
        found = self._run(self._engine.spoken()).sessions[ROUTER].path
        return found.state if found else ""

    def _wait(self, wanted: set[str], *, is_new: bool) -> None:
        missing = set(wanted)
        deadline = time.monotonic() + PATIENCE
        while missing:
            assert time.monotonic() < deadline, f"waited in vain for {len(missing)} routes"
            for new, address in _news(self._kernel):
                if new == is_new:
                    missing.discard(address)

    def _run(self, story):  # noqa: ANN001, ANN202  # whatever it returns
        with self.node.entered():
            return self._runner.run(story)

    def _end(self) -> None:
        self._run(self._engine.close(keep=False))
        self._runner.close()


def until(check: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def _peer() -> BgpPeer:
    ref = Ref("BGPPeer", "bench", "router")
    return BgpPeer(
        bgp_peer_key(ref), ref, ROUTER, 64512, 64513, _ANYONE, Origin(ref, ""),
        families=(Family.IPV4,), bfd=BfdTimes(100, 100),
    )  # fmt: skip


def _route(prefix: str, peer: BgpPeer) -> BgpRoute:
    telling = Telling(_AD, _ANYONE, (peer.key,), communities=("64512:1",))
    return BgpRoute(
        bgp_route_key(prefix), prefix, (_SERVICE,), (telling,), (), Origin(_SERVICE, "")
    )


def _heard_of_routes() -> socket.socket:
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    kernel.settimeout(0.2)
    kernel.bind((0, _ROUTES_OF_IPV4))
    return kernel


def _news(kernel: socket.socket) -> Iterable[tuple[bool, str]]:
    """Routes that came or went: whether it came, and its address (rtnetlink(7))."""
    try:
        said = kernel.recv(1 << 18)
    except TimeoutError:
        return
    while said:
        length, kind, *_ = _HEADER.unpack_from(said)
        body, said = said[_HEADER.size : length], said[(length + 3) & ~3 :]
        at = 12  # struct rtmsg
        while at + 4 <= len(body):
            size, attribute = struct.unpack_from("=HH", body, at)
            if attribute == 1:  # RTA_DST
                yield kind == _NEW_ROUTE, socket.inet_ntoa(body[at + 4 : at + 8])
            at += (max(size, 4) + 3) & ~3


def _start_bird(space: Space) -> None:
    folder = _folder_of(space)
    (folder / "bird.conf").write_text(BIRD)
    _quietly(space, "/usr/sbin/bird", "-f", "-c", f"{folder}/bird.conf", "-s", f"{folder}/ctl")
    until((folder / "ctl").exists, "bird")


def _start_frr(space: Space) -> None:
    folder = _folder_of(space)
    (folder / "frr.conf").write_text(FRR)
    for name in ("zebra", "bgpd", "bfdd"):
        more = ["--bfdctl", f"{folder}/bfdd.sock"] if name == "bfdd" else []
        _quietly(
            space, f"/usr/lib/frr/{name}", "-P", "0", "-A", "127.0.0.1",
            "-i", f"{folder}/{name}.pid", "-z", f"{folder}/zserv.api",
            "--vty_socket", str(folder), *more,
        )  # fmt: skip
        until((folder / ("zserv.api" if name == "zebra" else f"{name}.vty")).exists, name)
    space.run("vtysh", "--vty_socket", str(folder), "-f", f"{folder}/frr.conf")


def _folder_of(space: Space) -> Path:
    """FRR's daemons give up root, and have to write there."""
    folder = Path(tempfile.mkdtemp(prefix="router-"))
    folder.chmod(0o777)
    space.stack.callback(shutil.rmtree, folder)
    return folder


def _quietly(space: Space, *command: str) -> None:
    nowhere = subprocess.DEVNULL
    space.start(*command, stdin=nowhere, stdout=nowhere, stderr=nowhere)
