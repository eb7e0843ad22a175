"""A speaker in a space, as the engine starts it, fed with tables."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

from live.until import until
from portico.engines.bgp import wire
from portico.engines.bgp.bfd.talk import Orders as BfdOrders
from portico.engines.bgp.client import ask
from portico.engines.bgp.users import USERS
from portico.engines.companion.lines import version_of
from portico.engines.companion.privileges import make_home
from portico.engines.companion.process import Companion
from support.netns import Space


class SpeakerProcess:
    """Everything ends with the test."""

    def __init__(self, space: Space, engine: str = "exabgp") -> None:
        self.space = space
        self.engine = engine
        self._top = Path(tempfile.mkdtemp(prefix="portico-bgp-"))
        self._top.chmod(0o711)  # the processes are nobody's
        self.state = self._top / "bgp"
        make_home(self.state, USERS)
        make_home(self._top / "bfd", USERS)
        self.process = Companion("speaker", "portico.engines.bgp.speaker", self.state)
        self.bfd = Companion("bfd", "portico.engines.bgp.bfd", self._top / "bfd")
        self._runner = asyncio.Runner()
        self.version = ""
        self.start()

    def start(self) -> None:
        orders = wire.Orders(str(self.state), self.engine, str(self.bfd.socket), "x")
        self.run(self.process.start(orders))

    def start_bfd(self) -> None:
        self.run(self.bfd.start(BfdOrders(str(self.bfd.state), "x")))

    def push(self, *peers: wire.Peer, routes: dict | None = None) -> wire.State:
        table = wire.Table(peers, routes or {})
        self.version = version_of(wire.encode_table(table))
        return self.ask(wire.Push(table, self.version))

    def change(self, put: dict | None = None, drop: dict | None = None) -> wire.State:
        since, self.version = self.version, self.version + "+"
        return self.ask(wire.Change(since, self.version, put or {}, drop or {}))

    def ask(self, request: wire.Request | None = None) -> wire.State:
        return self.run(ask(self.process.socket, request or wire.Ask()))

    def session(self, peer: str) -> wire.Session:
        return self.ask().sessions[peer]

    def is_up(self, peer: str) -> bool:
        known = self.ask().sessions.get(peer)
        return known is not None and known.state == "up"

    def await_up(self, *peers: str) -> None:
        for peer in peers:
            until(lambda peer=peer: self.is_up(peer), f"the session with {peer}")

    def daemon_pid(self) -> int:
        return int((self.state / f"{self.engine}.pid").read_text())

    def kill(self) -> None:
        """The speaker alone, without a word."""
        pid = self.process.pid()
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.process.pid() is None, "the speaker to be gone")

    def leave(self, *, withdraw: bool) -> None:
        self.ask(wire.Leave(withdraw))
        self.run(self.process.end(20))

    def run(self, story):
        with self.space.entered():
            return self._runner.run(story)

    def close(self) -> None:
        for file in (*self.state.glob("*.pid"), self.bfd.pid_file):
            with contextlib.suppress(OSError, ValueError):
                pid = int(file.read_text())
                if str(self._top).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
        self._runner.close()
        shutil.rmtree(self._top)
