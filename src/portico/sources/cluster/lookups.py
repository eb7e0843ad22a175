"""Secrets that are followed by their names: never many at once, whatever there is to ask. No I/O.

One of type kubernetes.io/tls is asked for once, as those of its type are followed together. Others,
and those that are not there, would be followed for ever; where that gets too much, all types that
may hold a certificate are followed together, too, and each name is asked for once.
"""

from collections.abc import Callable
from typing import Final

from portico.kube.api.told import Key

AT_ONCE: Final = 64
"""Connections to the server."""

LASTING: Final = 32
"""Less, or nobody else would ever be asked for."""

Deed = Callable[[Key], None]


class Lookups:
    """Begins and ends them by the two deeds it is given."""

    def __init__(self, begin: Deed, end: Deed) -> None:
        self._begin, self._end = begin, end
        self._open: set[Key] = set()
        self._queue: dict[Key, None] = {}
        self._lasting: set[Key] = set()
        self._there: set[Key] = set()
        self.is_too_much = False
        """Whether all types are to be followed together."""
        self.is_covered = False
        """Whether they are."""

    def ask(self, key: Key) -> None:
        if key in self._open:
            return
        if len(self._open) >= AT_ONCE:
            self._queue[key] = None
            return
        self._open.add(key)
        self._begin(key)

    def ask_again(self, key: Key) -> None:
        """What was answered so far may be out of date."""
        self.end(key)
        self.ask(key)

    def end(self, key: Key) -> None:
        """It need not be asked for any more."""
        self._queue.pop(key, None)
        if key not in self._open:
            return
        for each in (self._open, self._lasting, self._there):
            each.discard(key)
        self._end(key)
        if self._queue:
            first = next(iter(self._queue))
            del self._queue[first]
            self.ask(first)

    def found(self, key: Key) -> None:
        """It is there."""
        self._there.add(key)

    def lost(self, key: Key) -> None:
        """It is gone."""
        self._there.discard(key)

    def is_answered(self, key: Key) -> bool:
        """All has been told of it; tells whether it is there."""
        is_there = key in self._there
        if self.is_covered:
            self.end(key)
        else:
            self._lasting.add(key)
            self.is_too_much = len(self._lasting) > LASTING
        return is_there

    def cover(self) -> None:
        """All types are followed together now, so that one more answer is enough."""
        self.is_covered = True
        for key in sorted(self._lasting):
            self.ask_again(key)
