"""BIRD behind the contract of a daemon: one file with everything, read again after each change.

Sessions whose part of the file is the same are not touched by that, and of the routes only what
differs is told. BIRD does BFD by itself.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from portico.engines.bgp.bfd.talk import Standing
from portico.engines.bgp.bird import config, control, protocols
from portico.engines.bgp.speaker.child import Child
from portico.engines.bgp.speaker.contract import DaemonError
from portico.engines.bgp.speaker.next_hop import is_neighbour, local_address, partner
from portico.engines.bgp.speaker.wanted import Wanted
from portico.engines.bgp.wire import Peer, Session
from portico.lib.atomic_file import write_atomic

PROGRAMS: Final = os.pathsep.join((os.defpath, "/usr/sbin", "/sbin", "/usr/local/sbin"))
PATIENCE: Final = 10.0
PAUSE: Final = 0.02
SHORT_LIFE: Final = 1.0


class Bird:
    """One BIRD in `home`, which is ours alone. `changed`: something happened, settle again."""

    does_bfd = True

    def __init__(self, home: Path, changed: Callable[[], None]) -> None:
        self.starts = 0
        self._config = home / "bird.conf"
        self._socket = home / "bird.ctl"
        self._clock = asyncio.get_running_loop().time
        self._child = Child(home, "bird", str(self._config), changed)
        self._started_at = -SHORT_LIFE
        self._text = ""
        self._wanted = Wanted()
        self._said: Mapping[str, protocols.Said] = {}
        self._paths: Mapping[str, tuple[str, float]] = {}
        self._turns: dict[str, tuple[int, int]] = {}

    async def settle(self, wanted: Wanted) -> None:
        self._wanted = wanted
        text = config.render(wanted.peers, wanted.routes_of, AROUND)
        if self._child.pid() is None:
            await self._start(text)
        elif text != self._text:
            await self._load(text)
        self._child.watch()
        self._child.cut_log()
        if homeless := [each for each in wanted.peers.values() if _lacks_hop(each, wanted)]:
            raise DaemonError(f"no address of ours of both families for {homeless[0].address}")

    def sessions(self) -> Mapping[str, Session]:
        return {address: self._session(address) for address in self._wanted.peers}

    def watched(self) -> Mapping[str, Standing]:
        """As BIRD's own BFD sees the paths."""
        nothing = ("down", 0.0)
        return {
            address: Standing(*self._paths.get(address, nothing))
            for address, peer in self._wanted.peers.items()
            if peer.bfd is not None
        }

    async def look(self) -> None:
        if self._child.pid() is None:
            self._said, self._paths = {}, {}
            return
        before = self._said
        said = protocols.sessions((await control.ask(self._socket, "show protocols all")).lines)
        self._paths = protocols.paths((await control.ask(self._socket, "show bfd sessions")).lines)
        for name, one in said.items():
            was_up = before[name].is_up if name in before else False
            ups, downs = self._turns.get(name, (0, 0))
            turned = one.is_up != was_up
            self._turns[name] = (ups + (turned and one.is_up), downs + (turned and was_up))
        self._said = said

    async def withdraw(self) -> None:
        wanted = Wanted(self._wanted.peers)
        await self._load(config.render(wanted.peers, wanted.routes_of, AROUND))
        deadline = self._clock() + PATIENCE
        while self._clock() < deadline:
            await self.look()
            if not any(one.prefixes for one in self._said.values()):
                return
            await asyncio.sleep(PAUSE)

    async def stop(self) -> None:
        await self._child.end()
        self._socket.unlink(missing_ok=True)
        self._config.unlink(missing_ok=True)

    def let_go(self) -> None:
        self._child.let_go()

    async def _start(self, text: str) -> None:
        program = shutil.which("bird", path=PROGRAMS)
        if program is None:
            raise DaemonError("there is no bird on this machine: install bird2, or use exabgp")
        lived = self._clock() - self._started_at
        self._started_at = self._clock()
        if lived < SHORT_LIFE:
            raise DaemonError(f"BIRD ended as soon as it was started, see {self._child.log}")
        self._said = {}
        write_atomic(self._config, text.encode())
        self._socket.unlink(missing_ok=True)
        command = [program, "-f", "-c", str(self._config), "-s", str(self._socket)]
        self._child.start(command, {"PATH": os.defpath})
        self.starts += 1
        deadline = self._clock() + PATIENCE
        while not self._socket.exists():
            if self._clock() > deadline or self._child.pid() is None:
                raise DaemonError(f"BIRD does not start, see {self._child.log}")
            await asyncio.sleep(PAUSE)
        self._text = text

    async def _load(self, text: str) -> None:
        write_atomic(self._config, text.encode())
        reply = await control.ask(self._socket, "configure")
        if reply.is_error:
            raise DaemonError(f"BIRD does not take its configuration: {reply.lines[-1]}")
        self._text = text

    def _session(self, address: str) -> Session:
        name = config.name_of(address)
        said = self._said.get(name, protocols.Said(is_up=False))
        ups, downs = self._turns.get(name, (0, 0))
        return Session(
            state="up" if said.is_up else "down",
            reason=said.reason,
            prefixes=said.prefixes if said.is_up else 0,
            updates=said.updates,
            ups=ups,
            downs=downs,
        )


def _hop_of(peer: Peer, family: str) -> str:
    """Only for the family that the session is not made of: the other one BIRD knows itself."""
    if (family == "ipv6") == (":" in peer.address):
        return ""
    local = peer.source or local_address(peer.address, peer.port, peer.device)
    return partner(local) if local else ""


def _is_near(peer: Peer) -> bool:
    return is_neighbour(peer.address, peer.device)


AROUND: Final = config.Surroundings(_hop_of, _is_near)


def _lacks_hop(peer: Peer, wanted: Wanted) -> bool:
    other = "ipv4" if ":" in peer.address else "ipv6"
    has_some = any((":" in prefix) == (other == "ipv6") for prefix in wanted.routes_of(peer))
    return other in peer.families and has_some and not _hop_of(peer, other)
