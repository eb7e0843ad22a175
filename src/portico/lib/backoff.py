"""How long to wait before trying again."""

from collections.abc import Iterator


def delays(first: float = 0.1, ceiling: float = 30.0, factor: float = 2.0) -> Iterator[float]:
    """Seconds to wait before each further try: doubling, never above the ceiling."""
    delay = first
    while True:
        yield delay
        delay = min(ceiling, delay * factor)
