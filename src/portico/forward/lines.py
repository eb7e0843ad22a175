"""The carriages of one target: how they are, and which one takes the next connection."""

from collections.abc import Iterable
from enum import Enum, auto
from math import inf
from typing import Final, NamedTuple

from portico.forward.candidates import Candidate

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
IMPATIENT_AFTER: Final = 0.2
"""Seconds. A connection that waits has a line tried again so soon after the last try."""
HEALTHY_AFTER: Final = 5.0
"""A line that has lasted so long ends a row of failures."""


class Key(NamedTuple):
    """One pod. Another one of the same name has another uid."""

    name: str
    uid: str


def key_of(candidate: Candidate) -> Key:
    return Key(candidate.name, candidate.uid)


class State(Enum):
    """Of one line. A closed one is opened by the first connection that needs it."""

    CLOSED = auto()
    OPENING = auto()
    OPEN = auto()
    BROKEN = auto()


class Line:
    """What is known of the way to one pod."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.state = State.CLOSED
        self.connections: set[int] = set()
        self.last_use = 0
        """Counts up with each connection of the target."""
        self.tried_at = 0.0
        self.retry_at = 0.0
        self.reason = ""
        self.is_forbidden = False
        self._pause = 0.0
        self._opened_at = 0.0

    def broke(self, now: float, reason: str, *, is_forbidden: bool = False) -> None:
        """It is tried again at once, and then after longer and longer; without a permission only
        when somebody asks again.
        """
        if self.state is State.OPEN and now - self._opened_at >= HEALTHY_AFTER:
            self._pause = 0.0
        self.state, self.reason, self.is_forbidden = State.BROKEN, reason, is_forbidden
        self.retry_at = inf if is_forbidden else now + self._pause
        self._pause = min(max(FIRST_PAUSE, self._pause * 2), LONGEST_PAUSE)

    def opening(self, now: float) -> None:
        self.state, self.tried_at = State.OPENING, now

    def opened(self, now: float) -> None:
        self.state, self.reason, self._opened_at = State.OPEN, "", now
        self.is_forbidden = False

    def next_try(self, *, is_wanted: bool) -> float:
        """When it may be opened, if it is not."""
        if self.state is State.BROKEN:
            soon = self.tried_at + IMPATIENT_AFTER
            return min(self.retry_at, soon) if is_wanted else self.retry_at
        return -inf if self.state is State.CLOSED else inf


class Spread(Enum):
    """How connections are spread over several pods."""

    LEAST_CONNECTIONS = "least-connections"
    ROUND_ROBIN = "round-robin"


def pick(lines: Iterable[Line], spread: Spread) -> Line | None:
    """Those that are broken come last; among equals the one that was not used for longest."""

    def rank(line: Line) -> tuple[bool, int, int]:
        load = len(line.connections) if spread is Spread.LEAST_CONNECTIONS else 0
        return line.state is State.BROKEN, load, line.last_use

    return min(lines, key=rank, default=None)
