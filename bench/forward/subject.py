"""A program that forwards a port: kubectl, or portico."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.forward.cluster import PORT, Cluster
from bench.proc import cpu_ns, memory
from bench.room import Room, RoomError, end

POD: Final = "pod/web-0"
_TELLS: Final = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+) -> ")
_HOME: Final = Path(sys.prefix)


@dataclass(frozen=True, slots=True)
class Subject:
    """How it is called. `websockets` is the variable by which kubectl chooses, and portico too."""

    name: str
    command: Sequence[str | Path]
    websockets: str = "true"


def kubectl(version: str) -> Path:
    return _HOME / "kubectl" / version / "kubectl"


SUBJECTS: Final = (
    Subject("kubectl 1.37, WebSocket", (kubectl("1.37"), "port-forward")),
    Subject("portico, WebSocket", (_HOME / "bin/portico", "forward")),
    Subject("kubectl 1.30, SPDY", (kubectl("1.30"), "port-forward"), "false"),
    Subject("portico, SPDY", (_HOME / "bin/portico", "forward"), "false"),
)
"""Each of ours behind the one it is compared with."""


class Running:
    """Until `running` ends. `started` is in milliseconds until it said that it forwards."""

    def __init__(self, subject: Subject, process: "subprocess.Popen[str]", name: str) -> None:
        begun = time.monotonic()
        self._process = process
        assert process.stdout
        found = None
        while not found:
            line = process.stdout.readline()
            if not line:
                raise RoomError(f"{subject.name} did not forward; see {name}.log")
            found = _TELLS.match(line)
        self.port = int(found[1])
        self.started = (time.monotonic() - begun) * 1000
        # What it says of connections has to be read, or it would wait.
        threading.Thread(target=process.stdout.read, daemon=True).start()

    @property
    def cpu(self) -> float:
        """Seconds so far."""
        return cpu_ns([self._process.pid]) / 1e9

    @property
    def rss(self) -> float:
        """Megabytes."""
        return memory(self._process.pid).rss


@contextmanager
def running(room: Room, subject: Subject, cluster: Cluster, target: str = POD) -> Iterator[Running]:
    home = room.log("home").parent
    with room.log(subject.name).open("ab") as log:
        process = subprocess.Popen(
            [*map(str, subject.command), target, f":{PORT}", f"--kubeconfig={cluster.kubeconfig}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
            start_new_session=True,
            env={**os.environ, "HOME": str(home),
                 "KUBECTL_PORT_FORWARD_WEBSOCKETS": subject.websockets},
        )  # fmt: skip
    try:
        yield Running(subject, process, subject.name)
    finally:
        end(process)  # type: ignore[arg-type]  # of text
