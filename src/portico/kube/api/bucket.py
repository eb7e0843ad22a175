"""A rate with bursts. Time is a parameter."""


class Bucket:
    """Full at first; refills steadily."""

    def __init__(self, size: int, per_second: float) -> None:
        self._size, self._per_second = float(size), per_second
        self._left = self._size
        self._at: float | None = None

    def take(self, now: float) -> bool:
        """One of what is left, if there is one."""
        self._refill(now)
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def wait(self, now: float) -> float:
        """Seconds until there is one."""
        self._refill(now)
        return max(0.0, (1.0 - self._left) / self._per_second)

    def _refill(self, now: float) -> None:
        passed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._left = min(self._size, self._left + passed * self._per_second)
        self._at = now
