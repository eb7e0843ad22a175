"""WebSockets through Portico, beside the tunnel of a hand-written static nginx."""

import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Final

from bench.certificate import make_certificate
from bench.effort import Effort
from bench.figures import verdict
from bench.load import HOST, Result, all_paths, result_of
from bench.manifests import SHARED, App
from bench.peers import nginx
from bench.peers.target import Target
from bench.requests import PORTICO, STATIC, alternated, compared, portico_of, ratios_of, task_of
from bench.room import LOAD, Room, room

MOST: Final = 1.10

SERIES: Final = (
    ("64 bytes, 1 WebSocket", 1, 64),
    ("64 bytes, 50 WebSockets", 50, 64),
    ("16 KiB, 4 WebSockets", 4, 16 << 10),
    ("1 MB, 2 WebSockets", 2, 1_000_000),
    ("a new WebSocket for each message of 64 bytes", 0, 64),
)
"""Titles, connections, bytes of a message."""


def run(effort: Effort) -> str:
    with room() as place:
        targets = _targets(place)
        text = "A message goes to an endpoint and back; `request` stands for a message.\n\n"
        for title, connections, size in SERIES:
            work = partial(_talk, connections, size, effort.seconds)
            rounds = alternated(targets, work, effort.rounds)
            text += compared(title, rounds)
            ratio = median(ratios_of(rounds, PORTICO, STATIC))
            text += verdict("portico / nginx static", ratio, MOST) + "\n"
    return text


def _targets(place: Room) -> Sequence[Target]:
    port = place.free_port()
    place.start("echo", (sys.executable, "-m", "bench.websocket_echo", port), cpu=LOAD)
    place.wait_for_port("echo", port)
    certificate = make_certificate(place.folder("tls"))
    apps = [App(0, all_paths(), SHARED, port, has_tls=True)]
    portico = portico_of(place, apps, certificate)
    static = nginx.start_static(place, task_of(place, apps, certificate, "static"), STATIC)
    return static, Target(PORTICO, portico.http_port, portico.https_port, portico.workers)


def _talk(connections: int, size: int, seconds: int, target: Target) -> Result:
    arguments = (target.http_port, HOST % 0, "/p0/x", connections, size, seconds)
    command = ["taskset", "-c", str(LOAD), sys.executable, "-m", "bench.websocket_load"]
    command += map(str, arguments)
    return result_of(subprocess.run(command, capture_output=True, text=True, check=False))
