"""Servers in the spaces of a network, all in one process next to ours. See echo_server.py."""

import json
import subprocess
import sys
from pathlib import Path

from examples.netns.network import Network, Space, end

ROOT = Path(__file__).parents[2]


class Echo:
    """Ends with the network."""

    def __init__(self, network: Network) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-s", "-m", "examples.netns.echo_server"], cwd=ROOT, text=True,
            start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        network.at_end(self.end)

    def listen(self, space: Space, transport: str, *ports: int) -> None:
        """Answer at these ports (tcp, udp or http), at every address of the space."""
        self._tell("listen", space, transport, *ports)

    def close(self, space: Space, transport: str, *ports: int) -> None:
        """New connections are refused there; the ones that are open go on."""
        self._tell("close", space, transport, *ports)

    def status(self, space: Space, port: int, status: int) -> None:
        """What http answers at that port from now on."""
        self._tell("status", space, "http", port, status)

    def end(self) -> None:
        """Everything is closed, also what is open to it."""
        with self.process:
            end(self.process)

    def _tell(self, verb: str, space: Space, transport: str, *numbers: int) -> None:
        assert self.process.stdin
        assert self.process.stdout
        line = json.dumps([verb, space.name, space.path, transport, *numbers])
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        if answer or self.process.poll() is not None:
            raise OSError(answer or "the echo server has ended")
