"""The way without Portico: generate nginx.conf anew for each change, and reload."""

import contextlib
import subprocess
import time
from typing import Final

from bench.certificate import make_certificate
from bench.client import Client, get
from bench.edits import PATHS, IsInForce, is_from
from bench.effort import Effort
from bench.manifests import app, moved
from bench.peers import nginx
from bench.peers.target import Task
from bench.room import Room
from bench.say import say

MOST: Final = 3
LONGEST: Final = 120.0


def reloads(place: Room, effort: Effort, port: int) -> list[float]:
    """Seconds from a change of endpoints to the first request that it serves, a few times."""
    ports = place.free_port(), place.free_port()
    certificate = make_certificate(place.folder("classic-tls"))
    apps = [app(number, PATHS, port) for number in range(effort.hosts)]
    task = Task(place.folder("classic"), *ports, apps, certificate, port)
    nginx.start_text(place, task, "classic", nginx.classic(task))
    client, times = Client(task.http_port), []
    for number in range(min(MOST, effort.rounds)):
        apps[number] = moved(apps[number])
        begun = time.monotonic()
        (task.folder / "nginx.conf").write_text(nginx.classic(task))
        subprocess.run([*nginx.command(task), "-s", "reload"], check=True, capture_output=True)
        _wait(client, get(apps[number].host, f"{PATHS[0]}/x"), is_from(apps[number]), begun)
        times.append(time.monotonic() - begun)
        say(f"nginx.conf generated anew and reloaded: {times[-1]:.2f} s")
    client.close()
    return times


def _wait(client: Client, request: bytes, is_in_force: IsInForce, begun: float) -> None:
    while time.monotonic() < begun + LONGEST:
        with contextlib.suppress(ConnectionError):  # an old worker closes what it had kept
            if is_in_force(client.ask(request)):
                return
    raise TimeoutError(f"no change in {LONGEST} s")
