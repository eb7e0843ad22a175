"""What `portico forward` imports until it forwards, beside a Python that does nothing."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from statistics import median
from typing import Final, NamedTuple

from bench.effort import Effort
from bench.figures import table, verdict
from bench.forward.cluster import Cluster, start_app
from bench.forward.subject import Subject, running
from bench.room import Room, all_cores, room

TIMES: Final = 20
MOST_MS: Final = 120.0
TRACED: Final = Subject("traced", (sys.executable, "-X", "importtime", "-m", "portico", "forward"))
NOTHING: Final = "`python -c pass`"
IMPORTS: Final = "`python -c`, all that `portico forward` imports"
OUT: Final = ("", "n", "wall ms, least", "median", "CPU ms, least", "median")


class Taken(NamedTuple):
    """Milliseconds of one process, from its start to its end."""

    wall: float
    cpu: float


def run(_: Effort) -> str:
    with all_cores(), room() as place:
        names = _imported(place)
        commands = {NOTHING: "pass", IMPORTS: f"import {', '.join(names)}"}
        for command in commands.values():
            _taken(command)  # whose modules are compiled and in the page cache from now on
        found: dict[str, list[Taken]] = {name: [] for name in commands}
        for _each in range(TIMES):
            for name, command in commands.items():
                found[name].append(_taken(command))
    nothing, imports = (_figures(found[name]) for name in commands)
    own = [more - less for more, less in zip(imports, nothing, strict=True)]
    rows = [
        (name, TIMES, *(f"{each:.1f}" for each in figures))
        for name, figures in ((NOTHING, nothing), (IMPORTS, imports), ("the difference", own))
    ]
    text = f"{len(names)} modules\n\n{table(OUT, rows)}\n"
    text += verdict("own imports, median of wall time", own[1], MOST_MS, " ms")
    return text + verdict("own imports, median of CPU time", own[3], MOST_MS, " ms")


def _imported(place: Room) -> list[str]:
    """Every module by its name, in the order in which a real run was through with them."""
    with running(place, TRACED, Cluster(place, "cluster", start_app(place))):
        pass
    lines = place.log(TRACED.name).read_text().splitlines()
    told = (line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:"))
    return [name for name in told if _is_there(name)]


def _is_there(name: str) -> bool:
    """Those that were tried in vain are told like the others."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _taken(command: str) -> Taken:
    begun = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", command])
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Taken(wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000)


def _figures(found: Sequence[Taken]) -> tuple[float, ...]:
    wall, cpu = [each.wall for each in found], [each.cpu for each in found]
    return min(wall), median(wall), min(cpu), median(cpu)
