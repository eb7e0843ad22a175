"""Somebody else writes what we write. Who gives in first writes least."""

from typing import Final, NamedTuple


class Patience(NamedTuple):
    """Seconds."""

    pauses: tuple[float, ...] = (10.0, 60.0, 300.0, 1800.0)
    """After which we write again, having been overwritten once, twice, ...; the last one stays."""
    forgets_after: float = 7200.0
    """What stood for so long is not contested any more."""
    retry: float = 0.05
    """After a conflict; doubled with each in a row."""
    longest_retry: float = 60.0
    invalid: float = 300.0
    """Until the server is asked again to take what it has called wrong."""


USUAL: Final = Patience()

TOLD_FROM: Final = 2
"""Once may be a hand that slipped."""


class Contest:
    """Of one object."""

    def __init__(self) -> None:
        self.times = 0
        self._last = 0.0

    def overwritten(self, now: float, patience: Patience) -> float:
        """When we may write again."""
        if now - self._last > patience.forgets_after:
            self.times = 0
        self.times += 1
        self._last = now
        return now + patience.pauses[min(self.times, len(patience.pauses)) - 1]
