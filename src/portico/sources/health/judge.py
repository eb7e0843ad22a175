"""From single answers to a verdict: one bad answer does not make a node unhealthy."""

from typing import NamedTuple


class Thresholds(NamedTuple):
    """Good or bad answers in a row after which the verdict changes."""

    healthy: int
    unhealthy: int


class Judge:
    """Innocent until the first answer, which decides: there is no record to weigh it against.

    `reason` is why it is unhealthy; empty while it is not.
    """

    def __init__(self) -> None:
        self.reason = ""
        self._told = ""
        self._last = ""
        self._streak = 0
        self._is_new = True

    @property
    def is_healthy(self) -> bool:
        return not self.reason

    def hear(self, trouble: str, thresholds: Thresholds) -> bool:
        """Take one answer (empty: a good one). Returns whether verdict or reason changed.

        Another trouble than the one told must last as long as the first before it is told, so
        that a node that fails in two ways by turns does not keep everybody busy.
        """
        was_trouble = bool(self._last)
        is_same = trouble == self._last if self.reason else bool(trouble) == was_trouble
        self._streak = self._streak + 1 if is_same else 1
        self._last = trouble
        if self._is_new:
            self._is_new = False
            return self._conclude(trouble, 1)
        if self._streak < (thresholds.unhealthy if trouble else thresholds.healthy):
            return False
        return self._conclude(trouble, thresholds.unhealthy)

    def _conclude(self, trouble: str, count: int) -> bool:
        if trouble == self._told:
            return False
        self._told, self.reason = trouble, _reason(trouble, count)
        return True


def _reason(trouble: str, count: int) -> str:
    if not trouble:
        return ""
    return f"{count} failed check{'s' if count > 1 else ''}: {trouble}"
