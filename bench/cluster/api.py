"""The API server in a process of its own, which ends with the room."""

import json
import subprocess
import sys
from pathlib import Path

from bench.room import LOAD, Room, RoomError, end


class Api:
    """Has as many apps as it was told."""

    def __init__(self, room: Room, apps: int, port: int) -> None:
        folder = room.folder(f"api-{apps}")
        self.kubeconfig: Path = folder / "kubeconfig"
        words = ("taskset", "-c", LOAD, sys.executable, "-m", "bench.cluster.server", apps, port)
        with room.log("api").open("ab") as log:
            self._process = subprocess.Popen(
                [*map(str, words), str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        room.at_end(lambda: end(self._process))
        if self._line() != "ready":
            room.give_up("api")

    def write(self, document: object) -> float:
        """As somebody else would; the moment (of time.monotonic) just before it was written."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(document) + "\n")
        self._process.stdin.flush()
        return float(self._line())

    def _line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RoomError("the API server has ended")
        return line.strip()
