"""Nodes on a LAN that announce one address, and a client that asks it every few milliseconds."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from contextlib import suppress
from pathlib import Path
from typing import Final

from examples.netns.network import Network, Space

from portico.engines.arp import Arp, Options
from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.layer2 import Announcer, Layer2, layer2_key

VIP: Final = "192.0.2.100"
PORT: Final = 7777
PAUSE: Final = 0.001
"""Seconds between two questions."""

LATE: Final = 100
"""Questions that may be answered yet when one looks."""

_SERVICE: Final = Ref("Service", "bench", "bench")
_ECHO: Final = """
import socket, sys
echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
echo.bind((sys.argv[1], int(sys.argv[2])))
while True:
    said, who = echo.recvfrom(64)
    echo.sendto(said + sys.argv[3].encode(), who)
"""


class Node:
    """It has the address on no interface that ARP knows of, as a Service's is on none."""

    def __init__(self, space: Space, folder: Path) -> None:
        self.space = space
        self.folder = folder
        self._runner = asyncio.Runner()
        space.sysctl({"net.ipv4.conf.all.arp_ignore": 1, "net.ipv4.conf.eth0.arp_ignore": 1})
        space.ip(f"address add {VIP}/32 dev lo")
        space.start(sys.executable, "-c", _ECHO, VIP, str(PORT), f" {space.name}")
        self.engine = Arp(Options(folder, space.name))

    def start(self) -> None:
        unit = Layer2(
            layer2_key(VIP), VIP, (_SERVICE,), VIP, (), Announcer(""), (), Origin(_SERVICE, "")
        )
        report = self._run(self.engine.converge({unit.key: unit}, None))
        assert report.in_sync, report.detail

    def leave(self) -> None:
        """A planned stop."""
        self._run(self.engine.close(keep=False))

    def kill(self) -> None:
        pid = (self.folder / "arp" / "responder.pid").read_text().strip()
        subprocess.run(["kill", "-9", pid], check=True)

    def is_active(self, others: int) -> bool:
        state = self._run(self.engine.look())
        links = state.links if state else ()
        return any(
            link.stage == "active" and sum(each.takes_part for each in link.neighbours) == others
            for link in links
        )

    def close(self) -> None:
        self.leave()
        self._runner.close()

    def _run(self, story):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        with self.space.entered():
            return self._runner.run(story)


class Client(threading.Thread):
    """`answers` are moments, and who answered: what its kernel knows of ARP decides that."""

    def __init__(self, space: Space) -> None:
        super().__init__(daemon=True)
        self._socket = space.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._ends = threading.Event()
        self.answers: list[tuple[float, str]] = []
        self._sent: list[float] = []
        self._answered: set[int] = set()
        self.start()

    def run(self) -> None:
        while not self._ends.is_set():
            with suppress(OSError):
                self._socket.sendto(str(len(self._sent)).encode(), (VIP, PORT))
            self._sent.append(time.monotonic())
            until = time.monotonic() + PAUSE
            while (now := time.monotonic()) < until:
                try:
                    number, name = self._socket.recv(64).decode().split()
                except OSError:
                    self._ends.wait(PAUSE / 4)
                else:
                    self.answers.append((now, name))
                    self._answered.add(int(number))

    def gap(self, since: float) -> float:
        """For how long questions were lost, from a moment on; the longest time of several.

        A question that waits for a processor is not lost: others may be busy on this machine.
        """
        longest, begun = 0.0, None
        for number in range(bisect_left(self._sent, since), len(self._sent) - LATE):
            if number in self._answered:
                begun = None
            else:
                begun = self._sent[number] if begun is None else begun
                longest = max(longest, self._sent[number + 1] - begun)
        return longest

    def asked(self) -> str:
        """Who answers now; waits for an answer."""
        since = time.monotonic()
        while not self.answers or self.answers[-1][0] < since:
            assert time.monotonic() < since + 20, "nobody answers"
            time.sleep(0.01)
        return self.answers[-1][1]

    def close(self) -> None:
        self._ends.set()
        self.join()
        self._socket.close()


class Lan:
    """All of it, until it is closed."""

    def __init__(self, network: Network, folder: Path, nodes: int) -> None:
        self.switch = network.switch("lan")
        space = network.space("client")
        self.switch.plug(space, "192.0.2.1/24")
        self.nodes: dict[str, Node] = {}
        for number in range(1, nodes + 1):
            space_of = network.space(f"n{number}")
            self.switch.plug(space_of, f"192.0.2.{10 + number}/24")
            home = folder / space_of.name
            home.mkdir()
            self.nodes[space_of.name] = Node(space_of, home)
        for node in self.nodes.values():
            node.start()
        self.settle()
        self.client = Client(space)
        network.at_end(self.close)

    def settle(self) -> None:
        """Until everybody knows everybody."""
        until = time.monotonic() + 20
        while not all(node.is_active(len(self.nodes) - 1) for node in self.nodes.values()):
            assert time.monotonic() < until, "the nodes do not find each other"
            time.sleep(0.02)

    def close(self) -> None:
        self.client.close()
        for node in self.nodes.values():
            node.close()
