"""The programs of a story: Portico on the edge and on nodes, echo or Portico in the pods."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from examples.stage.alone import StageError
from examples.stage.manifests import Pod
from examples.stage.scenery import Scenery
from examples.stage.story import Story

PORTICO = (sys.executable, "-m", "portico")
READY = "http://127.0.0.1:9180/readyz"
PATIENCE = 60.0


class Program(NamedTuple):
    """One process on one machine. It says itself, by HTTP, when it is ready."""

    machine: str
    log: Path
    health: str
    process: subprocess.Popen[bytes]


class Programs:
    """Whatever is started by this. It ends with the network, or at `terminate_all`."""

    def __init__(self, scenery: Scenery, folder: Path) -> None:
        self._machines = scenery.machines
        self._folder = folder
        self._started: list[Program] = []

    def start_all(self, story: Story, pods: Sequence[Pod]) -> None:
        """Servers before those who ask them: no node starts with a bad mark."""
        servers = [self._pod(story, pod) for pod in pods]
        servers += [self._portico(f"node-{n}", story.node) for n in range(1, story.nodes + 1)]
        for server in servers:
            self._wait_until_ready(server)
        if story.balancer:
            self._wait_until_ready(self._portico(story.edge, story.balancer))

    def terminate_all(self) -> None:
        """The network ends them one by one, and waits for each: all are told before that."""
        for program in self._started:
            program.process.terminate()

    def _pod(self, story: Story, pod: Pod) -> Program:
        if options := story.pods.get(pod.service):
            return self._portico(pod.name, options)
        listen = f"{pod.address}:{pod.port}"
        command = [*PORTICO, "echo", "--listen", listen, "--name", pod.name]
        return self._start(pod.name, command, f"http://{listen}/healthz")

    def _portico(self, machine: str, options: str) -> Program:
        command = [
            *PORTICO, "up", str(self._folder / "manifests"),
            "--state-dir", str(self._folder / machine),
            "--grace", "1", "--cleanup",
            *options.format(node=machine).split(),
        ]  # fmt: skip
        return self._start(machine, command, READY)

    def _start(self, machine: str, command: Sequence[str], health: str) -> Program:
        path = self._folder / f"{machine}.log"
        with path.open("wb") as log:
            process = self._machines[machine].start(
                *command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Root shall not leave files in somebody's clone.
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )
        program = Program(machine, path, health, process)
        self._started.append(program)
        return program

    def _wait_until_ready(self, program: Program) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._machines[program.machine].call(_is_well, program.health):
            if time.monotonic() > deadline or program.process.poll() is not None:
                said = program.log.read_text().strip() or "nothing"
                raise StageError(f"{program.machine} does not get ready; it said:\n{said}")
            time.sleep(0.1)


def _is_well(url: str) -> bool:
    with contextlib.suppress(OSError):
        urllib.request.urlopen(url, timeout=2).close()
        return True
    return False
