"""From starting Portico on a folder to readiness, and the memory it takes."""

import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from bench import load
from bench.backend import start_backend
from bench.edits import PATHS, fill
from bench.effort import Effort
from bench.figures import spread, table, verdict
from bench.proc import Memory, cpu_ns, memory
from bench.room import CORES, RoomError, room
from bench.say import say
from bench.subject import Portico
from portico.lib import clock

MOST_SECONDS: Final = 5.0
MOST_CONTROLLER: Final = 300.0
MOST_WORKER: Final = 60.0
TRIES: Final = 10
COLD: Final = "`portico up` on an empty state directory"
AGAIN: Final = "`portico up` on the state that the last run left"
ADOPTED: Final = "`portico up` after `kill -9`, nginx adopted"
CHECK: Final = "`portico check`"
TIMES: Final = ("until ready, or done", "n", "s", "s on a CPU")
MEMORY: Final = ("process", "when", "RSS MB", "PSS MB", "private dirty MB", "peak RSS MB")
LINE: Final = re.compile(r"^(\d+-\d+-\d+ \d+:\d+:\d+),(\d+) (.*)$", re.MULTILINE)


@dataclass(slots=True)
class Found:
    """Seconds by what was started, and those on a CPU; rows about memory; notes, each a line."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def took(self, what: str, seconds: float, cpu: float) -> None:
        say(f"{what}: {seconds:.2f} s, on a CPU for {cpu:.2f} s")
        self.cpu.setdefault(what, []).append(cpu)
        self.seconds.setdefault(what, []).append(seconds)


def run(effort: Effort) -> str:
    found = Found()
    with room() as place:
        folder = place.folder("apps")
        fill(folder, effort.hosts, start_backend(place))
        portico = Portico(place, folder, CORES)
        for number in range(effort.rounds):
            shutil.rmtree(portico.state)
            _cold(portico, found, number)
            if number == 0:
                _memory(portico, found, effort)
            _others(portico, found)
            found.took(CHECK, *_check(folder))
    return _text(found, effort)


def _cold(portico: Portico, found: Found, number: int) -> None:
    begun = clock.now()
    found.took(COLD, *_start(portico))
    if number == 0:
        found.notes.append(f"{portico.answered:.2f} s: the admin port answers")
        found.notes += [f"{at:.2f} s: {text}" for at, text in _phases(portico.log, begun)]


def _start(portico: Portico) -> tuple[float, float]:
    seconds = portico.start()
    return seconds, cpu_ns([portico.controller]) / 1e9


def _phases(log: str, begun: float) -> list[tuple[float, str]]:
    found = []
    for moment, milliseconds, text in LINE.findall(log):
        at = time.mktime(time.strptime(moment, "%Y-%m-%d %H:%M:%S")) + int(milliseconds) / 1000
        found.append((at - begun, f"log: {text}"))
    return found


def _others(portico: Portico, found: Found) -> None:
    portico.kill()
    found.took(ADOPTED, *_start(portico))
    figures = portico.figures()
    afresh = [name for name in ("starts", "reloads", "whole_pushes") if figures[name]]
    if afresh:
        found.notes.append(f"not adopted as it was: {', '.join(afresh)}")
    portico.stop()
    found.took(AGAIN, *_start(portico))
    portico.stop()


def _memory(portico: Portico, found: Found, effort: Effort) -> None:
    found.rows += _rows(portico, "ready")
    entries = portico.figures()["entries"]
    wanted = entries * len(portico.workers())
    decodes = 0
    for _ in range(TRIES):
        seconds = 1 + effort.hosts * len(PATHS) // 5000
        load.kept("http", portico.http_port, effort.hosts, seconds, len(PATHS))
        decodes = portico.figures()["decodes"]
        if decodes >= wanted:
            break
    found.notes.append(f"{decodes:,} of {wanted:,} entries decoded by {len(CORES)} workers")
    found.rows += _rows(portico, "every host asked for")


def _rows(portico: Portico, when: str) -> list[Sequence[str]]:
    named = [("controller", memory(portico.controller))]
    named += [(f"worker {n + 1}", memory(pid)) for n, pid in enumerate(portico.workers())]
    return [(name, when, *_megabytes(found)) for name, found in named]


def _megabytes(found: Memory) -> list[str]:
    return [f"{amount:.1f}" for amount in found]


def _check(folder: Path) -> tuple[float, float]:
    begun, spent = time.monotonic(), _children()
    command = [sys.executable, "-m", "portico", "check", "--quiet", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RoomError(f"portico check: {done.stdout[-500:]}{done.stderr[-500:]}")
    return time.monotonic() - begun, _children() - spent


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _text(found: Found, effort: Effort) -> str:
    rows = [
        (what, len(taken), spread(taken, 2), spread(found.cpu[what], 2))
        for what, taken in found.seconds.items()
    ]
    text = f"{effort.hosts:,} Ingresses, {5 * effort.hosts:,} endpoints; {len(CORES)} workers\n\n"
    text += f"{table(TIMES, rows)}\n{table(MEMORY, found.rows)}\n"
    text += verdict("cold start", median(found.seconds[COLD]), MOST_SECONDS, " s")
    peak = max(float(row[-1]) for row in found.rows if row[0] == "controller")
    text += verdict("controller, peak", peak, MOST_CONTROLLER, " MB")
    workers = [row for row in found.rows if row[0] != "controller"]
    for name, column in (("RSS, all memory shared with others included", 2), ("PSS", 3)):
        most = max(float(row[column]) for row in workers)
        text += verdict(f"a worker, {name}", most, MOST_WORKER, " MB")
    return text + "".join(f"- {note}\n" for note in found.notes)
