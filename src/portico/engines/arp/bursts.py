"""When an address is announced again: at once, soon, for some seconds, and now and then."""

import heapq
from collections.abc import Iterator
from typing import Final

DELAYS: Final = (0.1, 1.1, 2.2, 3.3, 4.4)
"""Seconds after the first. Old Linux ignores a change within one second of the last: hence 1.1."""


class Bursts:
    """`refresh` is in seconds; 0: never."""

    def __init__(self, refresh: float) -> None:
        self._refresh = refresh
        self._due: list[tuple[float, bytes, int]] = []
        self._round: dict[bytes, int] = {}
        self._rounds = 0
        self._step: dict[bytes, int] = {}

    def begin(self, address: bytes, now: float) -> None:
        """From the start, also where a burst is under way."""
        self._rounds += 1
        self._round[address] = self._rounds
        self._step[address] = 0
        heapq.heappush(self._due, (now, address, self._rounds))

    def end(self, address: bytes) -> None:
        self._round.pop(address, None)
        self._step.pop(address, None)

    def due(self, now: float, most: int) -> Iterator[bytes]:
        """Addresses to be announced now, at most so many; the others stay due."""
        while self._due and most and self._due[0][0] <= now:
            at, address, number = heapq.heappop(self._due)
            if self._round.get(address) != number:
                continue  # ended, or begun again
            most -= 1
            self._plan(address, at, now)
            yield address

    def next_deadline(self) -> float | None:
        return self._due[0][0] if self._due else None

    def _plan(self, address: bytes, at: float, now: float) -> None:
        step = self._step[address]
        self._step[address] = step + 1
        if step < len(DELAYS):
            pause = DELAYS[step] - (DELAYS[step - 1] if step else 0.0)
        elif self._refresh:
            pause = self._refresh
        else:
            return
        # From when it was due, so that a burst keeps its length; never in the past.
        heapq.heappush(self._due, (max(at + pause, now), address, self._round[address]))
