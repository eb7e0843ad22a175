"""The API server of the tests. Applications in its pods are programs on this machine."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from bench.room import CORES, Room, RoomError

TESTS: Final = Path(__file__).parents[2] / "tests"
PORT: Final = 80
"""Of the pod."""


class Cluster:
    """Has the Deployment `web` with the pod `web-0`, until the room ends. `delay` is in seconds,
    each way, for all that a session carries.
    """

    def __init__(self, room: Room, name: str, app_port: int, delay: float = 0.0) -> None:
        self.kubeconfig = room.folder(name) / "kubeconfig"
        words = [sys.executable, "-m", "support.kubelet", self.kubeconfig]
        words += [f"{PORT}=127.0.0.1:{app_port}", "--delay", delay]
        with room.log(name).open("ab") as log:
            self._process = subprocess.Popen(
                [str(word) for word in words],
                cwd=TESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                start_new_session=True,
            )  # fmt: skip
        room.at_end(self._end)
        if self._line() != "ready\n":
            room.give_up(name)

    def do(self, deed: str, pod: str, port: int | None = None) -> None:
        """As `support.kubelet` has them; `port` is another application's. It is done at return."""
        assert self._process.stdin
        words = (deed, pod) if port is None else (deed, pod, f"{PORT}=127.0.0.1:{port}")
        self._process.stdin.write(f"{' '.join(words)}\n")
        self._process.stdin.flush()
        if self._line() != "done\n":
            raise RoomError(f"the API server has failed: {deed} {pod}")

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()

    def _end(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        if self._process.wait(20):
            raise RoomError("the API server has failed")


def start_app(room: Room, name: str = "app") -> int:
    """The port where it listens."""
    port = room.free_port()
    room.start(name, [sys.executable, "-m", "bench.forward.app", port], cpu=CORES)
    room.wait_for_port(name, port)
    return port
