"""What somebody wants to know of the units of a plan, kept up to date from what changed alone."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from portico.plan.key import Key
from portico.plan.plan import Diff, Unit

T = TypeVar("T")


class Gathered(Generic[T]):
    """`of` says what one unit tells; None: nothing."""

    def __init__(self, of: Callable[[Unit], T | None]) -> None:
        self._of = of
        self._by_key: dict[Key, T] = {}

    def follow(self, hint: Diff) -> bool:
        """Whether anything is told now that was not, or the other way round."""
        told = {key: self._of(unit) for key, unit in hint.changed.items()}
        told |= dict.fromkeys(hint.removed)
        is_news = False
        for key, value in told.items():
            is_news |= self._by_key.get(key) != value
            if value is None:
                self._by_key.pop(key, None)
            else:
                self._by_key[key] = value
        return is_news

    @property
    def by_key(self) -> Mapping[Key, T]:
        """All of it; changes with the next plan."""
        return self._by_key
