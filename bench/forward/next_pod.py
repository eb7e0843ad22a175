"""`portico forward` when its pod is deleted: how soon the next one serves a connection."""

import random
import select
import socket
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from bench.effort import Effort
from bench.figures import percentile, table, verdict
from bench.forward.cluster import Cluster, start_app
from bench.forward.subject import SUBJECTS, running
from bench.room import RoomError, all_cores, room
from bench.say import say

TARGET: Final = "deploy/web"
LEAST_ROUNDS: Final = 20
LONGEST: Final = 8.0
"""Seconds; later than that, portico's own patience would be what is measured."""
MOST_MS: Final = {"remove": 200.0, "leave": 200.0, "ready": 1000.0}
WHAT: Final = {
    "remove": "is deleted at once, the next one is ready",
    "leave": "is deleted and still runs, the next one is ready",
    "ready": "was deleted, the next one becomes ready",
}
OUT: Final = ("the pod", "n", "least ms", "median", "90 %", "longest", "connections that failed")


class Served(NamedTuple):
    """One change of pods. `failed` are connections that were closed without an answer."""

    ms: float
    failed: int


class Pods:
    """One after the other, each with another application than the one before."""

    def __init__(self, cluster: Cluster, apps: Sequence[int]) -> None:
        self._cluster, self._apps = cluster, apps
        self._number = 0

    @property
    def app(self) -> int:
        """The port of the application of the newest one."""
        return self._apps[self._number % len(self._apps)]

    def start(self, deed: str) -> None:
        self._number += 1
        self._cluster.do(deed, f"web-{self._number}", self.app)

    def ready(self) -> None:
        self._cluster.do("ready", f"web-{self._number}")

    def end(self, deed: str, *, before: int = 0) -> None:
        self._cluster.do(deed, f"web-{self._number - before}")


def run(effort: Effort) -> str:
    rounds = effort.rounds if effort.rounds < 3 else max(effort.rounds, LEAST_ROUNDS)
    ours = SUBJECTS[1::2]
    found: dict[tuple[str, str], list[Served]] = defaultdict(list)
    with all_cores(), room() as place:
        apps = start_app(place, "app"), start_app(place, "another app")
        cluster = Cluster(place, "cluster", apps[0])
        pods = Pods(cluster, apps)
        for subject in ours:
            with running(place, subject, cluster, TARGET) as one:
                for number in range(rounds):
                    for deed in ("remove", "leave"):
                        found[deed, subject.name].append(_next_is_ready(one.port, pods, deed))
                    found["ready", subject.name].append(_next_comes_later(one.port, pods))
                    say(f"{subject.name}: round {number + 1} of {rounds}")
    return _tables(found)


def _next_is_ready(port: int, pods: Pods, deed: str) -> Served:
    """Somebody connects at once, and again whenever it was in vain."""
    pods.start("run")
    time.sleep(random.uniform(0.3, 0.6))  # it has been there for a while
    begun, failed = time.monotonic(), 0
    pods.end(deed, before=1)
    while (app := _asked(port)) != pods.app:
        failed += app is None
        if time.monotonic() > begun + LONGEST:
            raise RoomError(f"no connection was served in {LONGEST} s")
    ms = (time.monotonic() - begun) * 1000
    if deed == "leave":
        pods.end("remove", before=1)
    return Served(ms, failed)


def _next_comes_later(port: int, pods: Pods) -> Served:
    """Somebody has connected before it is ready, and waits."""
    pods.end("remove")
    time.sleep(random.uniform(0.2, 0.5))
    pods.start("start")
    with _connected(port) as connection:
        connection.sendall(b"WHO\n")
        time.sleep(random.uniform(0.2, 1.0))
        if select.select([connection], [], [], 0)[0]:
            raise RoomError("a connection did not wait for a ready pod")
        begun = time.monotonic()
        pods.ready()
        answer = _answer(connection)
        ms = (time.monotonic() - begun) * 1000
    if answer != pods.app:
        raise RoomError("a connection waited in vain")
    return Served(ms, 0)


def _asked(port: int) -> int | None:
    """The port of the application that answers a new connection, if one does."""
    with _connected(port) as connection:
        connection.sendall(b"WHO\n")
        return _answer(connection)


def _answer(connection: socket.socket) -> int | None:
    try:
        return int(connection.recv(10) or 0) or None
    except ConnectionError:
        return None


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), LONGEST)


def _tables(found: dict[tuple[str, str], list[Served]]) -> str:
    rows, verdicts = [], ""
    for (deed, name), served in found.items():
        ms = [each.ms for each in served]
        figures = (min(ms), percentile(ms, 0.5), percentile(ms, 0.9), max(ms))
        what = f"{name}: {WHAT[deed]}"
        failed = sum(each.failed for each in served)
        rows.append((what, len(ms), *(f"{each:.1f}" for each in figures), failed))
        verdicts += verdict(f"{what}, longest", max(ms), MOST_MS[deed], " ms")
    return f"{table(OUT, rows)}\n{verdicts}"
