"""How fast a reflector tries again, and how long it waits for what does not come."""

from dataclasses import dataclass
from random import Random
from typing import Final

from portico.kube.http.request import Patience


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds, all of it. As client-go's, where it has them."""

    first_pause: float = 0.8
    longest_pause: float = 30.0
    absent: float = 30.0
    """Between two looks for a kind that the server does not have."""
    shortest_watch: float = 300.0
    """The server is asked to end a watch after this, or up to twice of it."""
    silence: float = 135.0
    """A watch is told something, if only a bookmark, every minute. After two it is dead."""
    answer: float = 60.0
    at_once: float = 1.0
    """A watch that ends sooner was none, and another one is not asked for at once."""
    healthy_after: float = 5.0
    """A watch that has lasted so long ends a row of failures."""

    @property
    def for_list(self) -> Patience:
        return Patience(answer=self.answer, silence=self.answer)

    @property
    def for_watch(self) -> Patience:
        return Patience(answer=self.answer, silence=self.silence)


class Pauses:
    """After each of a row of failures, longer and longer."""

    FACTOR: Final = 2.0

    def __init__(self, pace: Pace, chance: Random) -> None:
        self._pace, self._chance = pace, chance
        self._next = pace.first_pause

    def reset(self) -> None:
        """The row has ended."""
        self._next = self._pace.first_pause

    def take(self, at_least: float = 0.0) -> float:
        """Seconds. Two who failed together do not come again together."""
        pause = max(self._next, at_least)
        self._next = min(self._next * self.FACTOR, self._pace.longest_pause)
        return self.spread(pause)

    def spread(self, seconds: float) -> float:
        return seconds * self._chance.uniform(1.0, 1.5)
