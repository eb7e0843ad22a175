"""One client and one server, with several machines between them, side by side.

All machines stand at once, so that rounds can go to each in turn. What a client sends to the
services of a lane goes through the machine of that lane, and so do the answers.
"""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from examples.netns.network import ROUTER, Network, Space

from bench.room import CORES, Room, room

ENDPOINTS: Final = "10.32.0.0/11"
"""Every address of it is the server's."""

PATIENCE: Final = 20.0
# Connections come faster than TIME_WAIT ends. Without this, what is measured soon is how a SYN
# gets past a socket that still waits, and that differs between those who masquerade.
BUSY: Final[Mapping[str, str | int]] = {
    "net.ipv4.ip_local_port_range": "1024 65535",
    "net.ipv4.tcp_max_tw_buckets": 0,
    "net.ipv4.tcp_max_syn_backlog": 65535,
    "net.core.somaxconn": 65535,
}
TRACKING: Final[Mapping[str, str | int]] = {
    "net.netfilter.nf_conntrack_tcp_timeout_time_wait": 5,
    "net.netfilter.nf_conntrack_tcp_timeout_close": 5,
    "net.netfilter.nf_conntrack_udp_timeout": 5,
}


@dataclass(frozen=True, slots=True)
class Lane:
    """One machine and the addresses that are reached through it."""

    name: str
    number: int
    machine: Space

    @property
    def address(self) -> str:
        """The machine's, as the client reaches it."""
        return f"10.1.{self.number}.1"

    @property
    def inside(self) -> str:
        """The machine's, as the server sees it."""
        return f"10.2.{self.number}.1"

    def service(self, number: int) -> str:
        """The load balancer address of one Service."""
        return str(IPv4Address(f"10.{128 + self.number}.0.1") + number)


class Street:
    """Made by `street()`, with its client and its server; lanes are added."""

    def __init__(self, room: Room, network: Network) -> None:
        self.room = room
        self._network = network
        self._lanes: list[Lane] = []
        self.client = self._space("client")
        self.server = self._space("server")
        self.server.ip(f"route add local {ENDPOINTS} dev lo")

    def lane(self, name: str) -> Lane:
        """One more machine; the first is also the way to endpoints that are asked directly."""
        number = len(self._lanes)
        lane = Lane(name, number, self._space(f"machine{number}"))
        self._lanes.append(lane)
        self._connect(lane)
        self.client.ip(f"route add 10.{128 + number}.0.0/16 via {lane.address}")
        if number == 0:
            self.client.ip(f"route add {ENDPOINTS} via {lane.address}")
        lane.machine.ip(f"route add {ENDPOINTS} via 10.2.{number}.2")
        self.server.ip(f"route add 10.1.{number}.0/24 via {lane.inside}")
        return lane

    def start(self, name: str, space: Space, command: Sequence[object]) -> subprocess.Popen[bytes]:
        """Run a command in there until the end, on all cores."""
        with space.entered():
            return self.room.start(name, command, cpu=CORES)

    def run(
        self, space: Space, command: Sequence[object], variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in there to its end, on all cores."""
        words = ("taskset", "-c", ",".join(map(str, CORES)), *map(str, command))
        with space.entered():
            return subprocess.run(
                words,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, **(variables or {})},
            )

    def wait_for_port(self, name: str, address: str, port: int) -> None:
        """Until the client is let in. Raises RoomError with the log of NAME if it never is."""
        until = time.monotonic() + PATIENCE
        with self.client.entered():
            while time.monotonic() < until:
                with contextlib.suppress(OSError), socket.create_connection((address, port), 1):
                    return
                time.sleep(0.02)
        self.room.give_up(name)

    def _space(self, name: str) -> Space:
        made = self._network.space(name)
        made.sysctl({**ROUTER, **BUSY})
        return made

    def _connect(self, lane: Lane) -> None:
        machine, number = lane.machine, lane.number
        sides = (
            ("client", self.client, lane.address, f"10.1.{number}.2"),
            ("server", self.server, lane.inside, f"10.2.{number}.2"),
        )
        for side, other, near, far in sides:
            self._network.wire(machine, side, other, f"lane{number}")
            machine.up(side, [f"{near}/24"])
            other.up(f"lane{number}", [f"{far}/24"])


@contextlib.contextmanager
def street() -> Iterator[Street]:
    """A street of one's own: it is gone afterwards, with all that ran there."""
    with room() as place, Network() as network:
        yield Street(place, network)


def endpoint(number: int) -> str:
    """One address of the server, of two million."""
    return str(IPv4Address("10.32.0.1") + number)
