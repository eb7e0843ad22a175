"""`portico up`, started, watched and ended from outside, as anybody would."""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.client import Client, get
from bench.proc import children
from bench.room import PATIENCE, PROXY, Room, RoomError, end

READY = get("localhost", "/readyz")


class Portico:
    """One Portico over one folder of manifests; it ends with the room, and so does its nginx."""

    def __init__(self, room: Room, folder: Path, cores: Sequence[int] = (PROXY,)) -> None:
        """One worker for each core it is given."""
        self._room = room
        self.origin: Sequence[object] = (folder,)
        """What it is told to read."""
        self._cores = cores
        self.name = f"portico-{folder.name}"
        self.state = room.folder(f"{self.name}-state")
        self.http_port, self.https_port, self._admin_port = (room.free_port() for _ in range(3))
        self._admin = Client(self._admin_port)
        room.at_end(self._end_nginx)

    def start(self) -> float:
        """Start it; seconds until it is ready, of which `answered` till its admin port was open."""
        begun = time.monotonic()
        command = (
            *(sys.executable, "-m", "portico", "up", *self.origin, "--only", "http"),
            *("--http-port", self.http_port, "--https-port", self.https_port),
            *("--bind", "127.0.0.1", "--admin", f"127.0.0.1:{self._admin_port}"),
            *("--state-dir", self.state, "--workers", len(self._cores), "--grace", "1"),
        )
        self._process = self._room.start(self.name, command, cpu=self._cores)
        self.answered = 0.0
        while not self._is_ready():
            if not self.answered and self._admin.is_open:
                self.answered = time.monotonic() - begun
            if self._process.poll() is not None or time.monotonic() - begun > PATIENCE:
                self._room.give_up(self.name)
            time.sleep(0.025)  # each question takes time of its own from the start
        return time.monotonic() - begun

    def kill(self) -> None:
        """End the controller as a crash would; its nginx serves on."""
        self._process.kill()
        self._process.wait()
        self._admin.close()

    def stop(self) -> None:
        end(self._process)
        self._admin.close()

    @property
    def controller(self) -> int:
        return self._process.pid

    def workers(self) -> list[int]:
        return children(self._master())

    @property
    def log(self) -> str:
        """What it has said on stderr, over all its starts."""
        return self._room.log(self.name).read_text()

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._admin.ask(get("localhost", "/status")).body)
        return told

    def figures(self) -> dict[str, Any]:
        """What the nginx engine tells, and the steps of the compiler."""
        told = self.status()
        if not told["engines"][0]["inSync"]:
            raise RoomError(f"not in sync: {told['engines'][0]['detail']}")
        return {**told["engines"][0]["figures"], "steps": told["stepsRun"]}

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            return self._admin.ask(READY).status == 200
        return False

    def _master(self) -> int:
        return int((self.state / "nginx" / "nginx.pid").read_text())

    def _end_nginx(self) -> None:
        """Only where Portico itself could not: it was killed, or it failed."""
        with contextlib.suppress(OSError, ValueError):
            pid = self._master()
            if str(self.state).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGTERM)
