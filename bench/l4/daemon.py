"""`portico up` on one machine of the street."""

import contextlib
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.client import Client, get
from bench.l4.street import PATIENCE, Lane, Street
from bench.room import end

ADMIN: Final = 9180
READY: Final = get("localhost", "/readyz")
STATUS: Final = get("localhost", "/status")


class Daemon:
    """It ends with the street, or before."""

    def __init__(self, street: Street, lane: Lane, folder: Path, options: Sequence[str]) -> None:
        """Ready when this returns."""
        self._machine = lane.machine
        self._admin = Client(ADMIN)
        name = f"portico{lane.number}"
        state = street.room.folder(f"{name}-state")
        command = (
            *(sys.executable, "-m", "portico", "up", folder, "--only", "l4", *options),
            *("--admin", f"127.0.0.1:{ADMIN}", "--state-dir", state),
            *("--cleanup", "--grace", "1"),  # otherwise its relay outlives the street
        )
        self._process = street.start(name, lane.machine, command)
        until = time.monotonic() + PATIENCE
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > until:
                street.room.give_up(name)
            time.sleep(0.02)

    @property
    def pid(self) -> int:
        return self._process.pid

    def status(self) -> dict[str, Any]:
        with self._machine.entered():
            told: dict[str, Any] = json.loads(self._admin.ask(STATUS).body)
        return told

    def stop(self) -> None:
        self._admin.close()
        end(self._process)

    def _is_ready(self) -> bool:
        with self._machine.entered(), contextlib.suppress(OSError):
            return self._admin.ask(READY).status == 200
        return False
