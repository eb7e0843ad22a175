"""How long `portico --help` takes."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from bench.effort import Effort
from bench.figures import spread, table, verdict

TIMES: Final = 10
MOST_MS: Final = 200.0
PORTICO: Final = str(Path(sys.executable).with_name("portico"))


def run(effort: Effort) -> str:
    commands = {"portico --help": [PORTICO, "--help"], "python": [sys.executable, "-c", "pass"]}
    found: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(TIMES):
        for name, command in commands.items():
            found[name].append(_ms(command))
    rows = [(f"`{name}`", len(taken), spread(taken, 0)) for name, taken in found.items()]
    text = table(("command", "n", "ms"), rows)
    return f"{text}\n{verdict('portico --help', median(found['portico --help']), MOST_MS, ' ms')}"


def _ms(command: Sequence[str]) -> float:
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return (time.monotonic() - begun) * 1000
