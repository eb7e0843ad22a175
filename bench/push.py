"""How long a request may have to wait while everything is pushed to nginx again."""

import itertools
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from bench.backend import start_backend
from bench.client import Client, get
from bench.edits import PATHS, Folder, by_rename, fill, other_endpoints
from bench.effort import Effort
from bench.figures import percentile, spread, table, verdict
from bench.room import RoomError, room
from bench.say import say
from bench.subject import Portico
from portico.engines.nginx import frames

MOST_MS: Final = 20.0
WINDOW: Final = 3.0
"""Seconds that a probe lasts; a push begins a third into it."""

HEAD: Final = ("during", "requests", "p50 ms", "p99.9 ms", "max ms")

Latencies = list[float]


def run(effort: Effort) -> str:
    with room() as place:
        folder = fill(place.folder("apps"), effort.hosts, start_backend(place))
        portico = Portico(place, folder.place)
        say(f"portico with {effort.hosts} hosts: ready after {portico.start():.2f} s")
        requests = itertools.cycle([get(one.host, f"{PATHS[0]}/x") for one in folder.apps])
        client = Client(portico.http_port)
        probe = partial(_probe, client, requests)
        probe(_nothing)
        quiet: list[Latencies] = []
        pushed: list[Latencies] = []
        for number in range(effort.rounds):
            if number % 2 == 0:
                quiet.append(probe(_nothing))
            pushed.append(_during_push(portico, folder, probe))
            if number % 2:
                quiet.append(probe(_nothing))
        figures = portico.figures()
    more = [max(push) - max(control) for push, control in zip(pushed, quiet, strict=True)]
    size = figures["bytes_pushed"] / figures["whole_pushes"] / 1e6
    text = f"{effort.hosts:,} hosts, {figures['entries']:,} entries, {size:.1f} MB a push\n\n"
    text += table(HEAD, [_row("nothing", quiet), _row("a push of everything", pushed)])
    text += f"\n- longest request with a push minus longest without, in ms: {spread(more)}\n"
    return text + verdict("median of these", median(more), MOST_MS, " ms")


def _nothing() -> None:
    """The control run."""


def _during_push(
    portico: Portico, folder: Folder, probe: Callable[[Callable[[], None]], Latencies]
) -> Latencies:
    before = portico.figures()
    change = other_endpoints(folder, 0)

    def push() -> None:
        # Somebody else speaks to nginx: Portico finds another version there at its next change,
        # and says everything again.
        _commit(portico.state / "nginx" / "private.sock", before["version"] + 1)
        by_rename(change.file, change.text)

    found = probe(push)
    after = portico.figures()
    if after["whole_pushes"] != before["whole_pushes"] + 1:
        raise RoomError("there was no push of everything")
    say(f"longest request during a push: {max(found):.1f} ms")
    return found


def _commit(path: Path, version: int) -> None:
    body = frames.commit(version, whole=False)
    head = f"POST /push HTTP/1.1\r\nHost: nginx\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.socket(socket.AF_UNIX) as nginx:
        nginx.connect(str(path))
        nginx.sendall(head.encode() + body)
        if b" 200 " not in nginx.recv(4096):
            raise RoomError("nginx did not take the commit")


def _probe(client: Client, requests: Iterator[bytes], act: Callable[[], None]) -> Latencies:
    """Milliseconds of requests one after another; one third into it, the act."""
    found, has_acted = [], False
    begun = time.monotonic()
    while (now := time.monotonic()) < begun + WINDOW:
        if not has_acted and now > begun + WINDOW / 3:
            act()
            has_acted = True
            now = time.monotonic()
        if client.ask(next(requests)).status != 200:
            raise RoomError("a request failed")
        found.append((time.monotonic() - now) * 1000)
    return found


def _row(during: str, probes: Sequence[Latencies]) -> list[object]:
    return [
        during,
        f"{sum(map(len, probes)):,}",
        f"{median(median(ms) for ms in probes):.2f}",
        spread([percentile(ms, 0.999) for ms in probes], 2),
        spread([max(ms) for ms in probes]),
    ]
