"""From saving one file to the first request that the change serves."""

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.backend import start_backend
from bench.classic import reloads
from bench.client import Client
from bench.edits import KINDS, SAVES, Change, Folder, Save, fill, several
from bench.effort import Effort
from bench.figures import percentile, table, verdict
from bench.room import Room, room
from bench.say import say
from bench.subject import Portico

LONGEST: Final = 5.0
"""Seconds after which a change counts as lost."""

MOST_MS: Final = {"a new path": 50.0, "a new file": 50.0, "other endpoints": 30.0}
TIMES: Final = ("change", "saved", "n", "p50 ms", "p99 ms", "max ms")
COST: Final = ("steps", "pushes", "entries_pushed", "bytes_pushed", "whole_pushes", "reloads")


@dataclass(frozen=True, slots=True)
class Bed:
    """A running Portico and its folder."""

    portico: Portico
    folder: Folder


@dataclass(frozen=True, slots=True)
class Series:
    """Milliseconds of each change of one kind, and what one cost on average."""

    kind: str
    saved: str
    hosts: int
    ms: Sequence[float]
    cost: Mapping[str, float]

    @property
    def p99(self) -> float:
        return percentile(self.ms, 0.99)


def run(effort: Effort) -> str:
    with room() as place:
        port = start_backend(place)
        large = _all_kinds(place, effort.hosts, port, effort.samples)
        small = _all_kinds(place, max(10, effort.hosts // 10), port, min(20, effort.samples))
        classic = reloads(place, effort, port)
    text = f"{effort.hosts:,} hosts, each with 2 paths and 5 endpoints\n\n{_times(large)}\n"
    text += "".join(
        verdict(f"{one.kind}, {one.saved}, p99", one.p99, MOST_MS[one.kind], " ms") for one in large
    )
    ratio = median(classic) * 1000 / median(ms for one in large for ms in one.ms)
    text += (
        f"- nginx.conf generated anew and `nginx -s reload`: {median(classic):.2f} s, "
        f"n={len(classic)}; {ratio:,.0f} times as long as Portico's median\n"
    )
    return f"{text}\nWhat one change costs, at two sizes (means):\n\n{_costs([*large, *small])}"


def _all_kinds(place: Room, hosts: int, port: int, samples: int) -> list[Series]:
    folder = fill(place.folder(f"apps-{hosts}"), hosts, port)
    portico = Portico(place, folder.place)
    say(f"portico with {hosts} hosts: ready after {portico.start():.2f} s")
    bed = Bed(portico, folder)
    found = [
        _series(bed, kind, saved, several(make, folder, samples))
        for kind, make in KINDS.items()
        for saved in SAVES
    ]
    portico.stop()
    return found


def _series(bed: Bed, kind: str, saved: str, changes: Iterable[Change]) -> Series:
    client = Client(bed.portico.http_port)
    hosts, before = len(bed.folder.apps), bed.portico.figures()
    ms = []
    for change in changes:
        assert not change.is_in_force(client.ask(change.request))
        time.sleep(random.uniform(0.02, 0.08))  # not in step with any clock of Portico's
        ms.append(timed(client, change, SAVES[saved]) * 1000)
    client.close()
    after = bed.portico.figures()
    cost = {name: (after[name] - before[name]) / len(ms) for name in COST}
    say(f"{kind}, {saved}: p50 {median(ms):.1f} ms, max {max(ms):.1f} ms, n={len(ms)}")
    return Series(kind, saved, hosts, ms, cost)


def timed(client: Client, change: Change, save: Save) -> float:
    """Seconds from saving to the first answer that shows it, asked for without a pause."""
    begun = save(change.file, change.text)
    while not change.is_in_force(client.ask(change.request)):
        if time.monotonic() - begun > LONGEST:
            raise TimeoutError(f"{change.file.name}: no change in {LONGEST} s")
    return time.monotonic() - begun


def _times(found: Iterable[Series]) -> str:
    rows = [
        (s.kind, s.saved, len(s.ms), f"{median(s.ms):.1f}", f"{s.p99:.1f}", f"{max(s.ms):.1f}")
        for s in found
    ]
    return table(TIMES, rows)


def _costs(found: Iterable[Series]) -> str:
    head = ["change", "saved", "hosts", *(name.replace("_", " ") for name in COST)]
    rows = [
        (s.kind, s.saved, f"{s.hosts:,}", *(f"{s.cost[name]:.4g}" for name in COST)) for s in found
    ]
    return table(head, rows)
