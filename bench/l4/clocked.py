"""What is said to the kernel: how long it takes, and how many elements it holds."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from portico.engines.nftables.libnftables import Libnftables

_STATEMENT: Final = re.compile(r"^(add|delete) element \S+ \S+ (\S+) \{(.*)\}", re.MULTILINE)


class Kernel:
    """Counts since the last reset. A changed value is deleted and added."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.seconds = 0.0
        self.transactions = 0
        self.deleted = 0
        self.added = 0

    def hear(self, text: str, seconds: float) -> None:
        self.seconds += seconds
        found = _STATEMENT.findall(text)
        self.transactions += bool(found)
        for verb, _, elements in found:
            count = elements.count(",") + 1
            if verb == "add":
                self.added += count
            else:
                self.deleted += count


@contextmanager
def clocked() -> Iterator[Kernel]:
    """Listens to every transaction of this process."""
    kernel, plain = Kernel(), Libnftables.run

    def run(self: Libnftables, text: str) -> str:
        begun = time.perf_counter()
        try:
            return plain(self, text)
        finally:
            kernel.hear(text, time.perf_counter() - begun)

    Libnftables.run = run  # type: ignore[method-assign]
    try:
        yield kernel
    finally:
        Libnftables.run = plain  # type: ignore[method-assign]
