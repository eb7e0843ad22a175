"""The sessions with one pod: which of them is for whom, and how many there should be."""

from typing import Final

from portico.kube.streams.session import Session

IDLE: Final = 30.0
"""Seconds that a session is kept beside another that is idle, too."""

SLOW: Final = 4
"""Times `most` there may be where receivers are slower than the pod: those are not shared."""


class Pool:
    """Of no use to itself: it only counts and chooses."""

    def __init__(self, most: int) -> None:
        self.sessions: list[Session] = []
        self._most = most

    @property
    def idle(self) -> Session | None:
        """One on which nobody may say something any more."""
        return next((session for session in self._shareable() if not session.busy), None)

    @property
    def least_busy(self) -> Session | None:
        """To be shared. A slow one only if there can be no others."""
        shareable = self._shareable()
        if not shareable and not self.room(0):
            shareable = [session for session in self.sessions if session.takes_more]
        return min(shareable, key=lambda session: session.busy, default=None)

    def room(self, dialled: int) -> int:
        """How many more there may be than those, and the ones that are being dialled."""
        shareable = len(self._shareable())
        by_load = self._most - shareable - dialled
        return max(0, min(by_load, SLOW * self._most - len(self.sessions) - dialled))

    def superfluous(self, now: float) -> list[Session]:
        """Idle for long; the one that was used last is kept."""
        idle = sorted(self.unused(), key=lambda session: session.idle_since)
        return [session for session in idle[:-1] if session.idle_since <= now - IDLE]

    def unused(self) -> list[Session]:
        """With nothing on them."""
        return [session for session in self.sessions if not session.load]

    def through(self) -> list[Session]:
        """The server takes nothing more on them, and nothing is left."""
        return [each for each in self.sessions if not (each.load or each.takes_more)]

    def _shareable(self) -> list[Session]:
        return [each for each in self.sessions if each.takes_more and not each.is_slow]
