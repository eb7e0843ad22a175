"""CPU time of the whole machine: what the kernel forwards is on nobody's account."""

import os
from pathlib import Path
from typing import Final

TICK: Final = 1.0 / os.sysconf("SC_CLK_TCK")


def busy() -> float:
    """Seconds that all cores together have worked so far, interrupts included."""
    words = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    user, nice, system, _idle, _iowait, irq, softirq = (int(word) for word in words[1:8])
    return (user + nice + system + irq + softirq) * TICK
