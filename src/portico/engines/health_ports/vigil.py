"""Since when something is not as it should be."""

from typing import NamedTuple


class Verdict(NamedTuple):
    """`updated` is when all was well for the last time, in seconds since the epoch."""

    is_healthy: bool
    updated: float


class Vigil:
    """A short lapse is forgiven: load balancers would take the whole node out for it."""

    def __init__(self, patience: float, now: float) -> None:
        self._patience = patience
        self._updated = now

    def look(self, now: float, *, is_well: bool) -> Verdict:
        if is_well:
            self._updated = now
        return Verdict(now - self._updated <= self._patience, self._updated)
