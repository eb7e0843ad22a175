"""What the kernel knows about a process: CPU time and memory."""

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Memory(NamedTuple):
    """In megabytes (10^6 bytes)."""

    rss: float
    pss: float
    dirty: float
    """Private and dirty: what this process alone costs."""
    peak: float


def children(pid: int) -> list[int]:
    """The children of a single-threaded process, e.g. the workers of an nginx master."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_ns(pids: Iterable[int]) -> int:
    """Nanoseconds on a CPU so far, over all threads that live."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):  # a thread may end while we look
                total += int((task / "schedstat").read_text().split()[0])
    return total


def wakeups(pid: int) -> int:
    """How often its threads have slept and were woken, so far; of those that live."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found = re.search(
                r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.MULTILINE
            )
            total += int(found[1]) if found else 0
    return total


def memory(pid: int) -> Memory:
    maps = _kilobytes(Path(f"/proc/{pid}/smaps_rollup").read_text())
    status = _kilobytes(Path(f"/proc/{pid}/status").read_text())
    figures = (maps["Rss"], maps["Pss"], maps["Private_Dirty"], status["VmHWM"])
    return Memory(*(kilobytes * 1024 / 1e6 for kilobytes in figures))


def _kilobytes(text: str) -> dict[str, int]:
    found = re.findall(r"^(\w+):\s+(\d+) kB$", text, re.MULTILINE)
    return {name: int(amount) for name, amount in found}
