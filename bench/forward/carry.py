"""`portico forward` beside kubectl: bulk, new connections, and who is in whose way."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Final

from bench.effort import Effort
from bench.figures import percentile, spread, table, verdict
from bench.forward.cluster import Cluster, start_app
from bench.forward.subject import SUBJECTS, Running, Subject, kubectl, running
from bench.room import Room, all_cores, room
from bench.say import say

MEGABYTE: Final = 1_000_000
DELAY: Final = 0.02
"""Seconds each way, for the round trip of 40 ms."""
MOST: Final = 60
"""Small requests in a row: kubectl takes its time for each."""
BULK: Final = (("down", 1), ("up", 1), ("down", 16), ("up", 16))
HEAD: Final = ("", "first output ms", "down 1 MB/s", "up 1", "down 16", "up 16", "CPU s/GB")
HEAD_TWO: Final = (
    "", "open, 40 ms away: ms", "new: ms", "400 at once s", "beside a stalled reader p99 ms",
    "beside a download p50 ms", "p99 ms", "RSS with 1,000 MB",
)  # fmt: skip

Figures = dict[str, list[float]]


def run(effort: Effort) -> str:
    found: dict[str, Figures] = defaultdict(lambda: defaultdict(list))
    subjects = [each for each in SUBJECTS if "kubectl" not in each.name or kubectl("1.37").exists()]
    with all_cores(), room() as place:
        app = start_app(place)
        near, far = Cluster(place, "near", app), Cluster(place, "far", app, DELAY)
        for number in range(effort.rounds):
            order = subjects if number % 2 else subjects[::-1]
            for subject in order:
                _round(place, subject, near, found[subject.name], effort)
                with running(place, subject, far) as one:
                    found[subject.name]["trip"] += _figures("again", one.port, 20)
                    found[subject.name]["far"] += _figures("first", one.port, 20)
            say(f"round {number + 1} of {effort.rounds}")
    return _tables(subjects, found) + _verdicts(found)


def _round(place: Room, subject: Subject, cluster: Cluster, found: Figures, effort: Effort) -> None:
    size = 100 * MEGABYTE * effort.seconds
    with running(place, subject, cluster) as one:
        found["started"].append(one.started)
        before = one.cpu
        for kind, count in BULK:
            seconds = _figure(kind, one.port, count, size)
            found[f"{kind} {count}"].append(size / seconds / MEGABYTE)
        found["cpu"].append((one.cpu - before) / (len(BULK) * size / 1e9))
        found["many"].append(_figure("many", one.port, 400))
    with running(place, subject, cluster) as one, _meanwhile("pull", one):
        found["beside"] += _figures("small", one.port, min(effort.samples, MOST))
    with running(place, subject, cluster) as one, _meanwhile("stall", one):
        found["stalled"] += _figures("small", one.port, min(effort.samples, MOST))
    with running(place, subject, cluster) as one, _meanwhile("hold", one, 1000):
        found["rss"].append(one.rss)


def _figure(kind: str, *numbers: int) -> float:
    return float(subprocess.check_output(_command(kind, *numbers)))


def _figures(kind: str, *numbers: int) -> list[float]:
    found: list[float] = json.loads(subprocess.check_output(_command(kind, *numbers)))
    return found


@contextmanager
def _meanwhile(kind: str, one: Running, *numbers: int) -> Iterator[None]:
    command = _command(kind, one.port, *numbers)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            assert process.stdout.readline() == b"ready\n"
            yield
        finally:
            process.stdin.close()


def _command(kind: str, *numbers: int) -> list[str]:
    return [sys.executable, "-m", "bench.forward.load", kind, *map(str, numbers)]


def _tables(subjects: Sequence[Subject], found: dict[str, Figures]) -> str:
    first, second = [], []
    for subject in subjects:
        f = found[subject.name]
        bulk = [spread(f[f"{kind} {count}"], 0) for kind, count in BULK]
        first.append((subject.name, spread(f["started"], 0), *bulk, spread(f["cpu"], 2)))
        far = [f"{median(f[key]):.1f}" for key in ("trip", "far")]
        stalled, beside = f"{percentile(f['stalled'], 0.99):.1f}", f["beside"]
        small = (f"{median(beside):.1f}", f"{percentile(beside, 0.99):.1f}")
        rss = f"{median(f['rss']):.0f}"
        second.append((subject.name, *far, spread(f["many"], 2), stalled, *small, rss))
    return f"{table(HEAD, first)}\n{table(HEAD_TWO, second)}\n"


def _verdicts(found: dict[str, Figures]) -> str:
    text = ""
    for theirs, ours in zip(SUBJECTS[::2], SUBJECTS[1::2], strict=True):
        f, name = found[ours.name], ours.name
        if k := found.get(theirs.name):
            for kind, count in BULK:
                key = f"{kind} {count}"
                pairs = zip(k[key], f[key], strict=True)
                slower = median(their / our for their, our in pairs)
                text += verdict(f"{name}, {key}: kubectl's MB/s by ours", slower, 1.0)
            share = percentile(f["beside"], 0.99) / percentile(k["beside"], 0.99)
            text += verdict(f"{name}, small beside a download, p99 by kubectl's", share, 0.2)
        text += verdict(f"{name}, until it forwards", median(f["started"]), 250, " ms")
        more = median(f["far"]) - median(f["trip"])
        text += verdict(
            f"{name}, a new connection's first byte, beyond a round trip", more, 2, " ms"
        )
        text += verdict(f"{name}, 400 at once", median(f["many"]), 0.5, " s")
        text += verdict(
            f"{name}, beside a stalled reader, p99", percentile(f["stalled"], 0.99), 50, " ms"
        )
        text += verdict(f"{name}, RSS with 1,000 connections", median(f["rss"]), 120, " MB")
    return text
