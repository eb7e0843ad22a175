"""Which object gets what written next, and when. No I/O, and no clock of its own.

An object is written when it is ours, was seen, and shows something else than it should. Each has
at most one write under way; what comes meanwhile is looked at when that one has ended. Ingresses
all show the same addresses; Services each have their own.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

from portico.kube.api.told import Key
from portico.status.contest import USUAL, Contest, Patience

S = TypeVar("S")
"""What such an object shows."""


class Seen(NamedTuple, Generic[S]):
    """An object as it was last seen."""

    uid: str
    version: int
    shown: S


class Write(NamedTuple, Generic[S]):
    """Only if the object is still as it was seen."""

    key: Key
    seen: Seen[S]
    shown: S


class Sight(NamedTuple):
    """What follows from having seen an object."""

    times_overwritten: int = 0
    """By somebody else; not 0 only if they just did."""
    is_doubtful: bool = False
    """It is older than what we know. The server has to be asked what is true."""


class Failed(Enum):
    """Why a write has come to nothing, as far as that is about the object."""

    CONFLICT = "the object has changed meanwhile"
    INVALID = "the server does not take it"
    ELSEWHERE = "the server cannot be asked right now"


@dataclass(slots=True)
class _Entry(Generic[S]):
    is_ours: bool = False
    wanted: S | None = None
    """Of its own; None: what all show."""
    seen: Seen[S] | None = None
    written: Seen[S] | None = None
    """By us, and not known to be overwritten."""
    contest: Contest = field(default_factory=Contest)
    failures: int = 0
    not_before: float = 0.0
    looked_at: float = 0.0
    """When it comes up by itself."""
    is_under_way: bool = False


class Statuses(Generic[S]):
    """Of all objects of one kind."""

    def __init__(self, patience: Patience = USUAL) -> None:
        self._patience = patience
        self._entries: dict[Key, _Entry[S]] = {}
        self._published: S | None = None
        self._ready: dict[Key, None] = {}
        self._later: list[tuple[float, Key]] = []

    @property
    def published(self) -> S | None:
        """What all show; None where nobody knows yet."""
        return self._published

    def publish(self, shown: S, now: float) -> None:
        """Every object that is ours shows this from now on."""
        self._published = shown
        for key in self._entries:
            self._consider(key, now)

    def own(self, key: Key, now: float, *, is_ours: bool) -> None:
        """What is not ours any more is left as it is, for whoever has it now."""
        entry = self._entries.setdefault(key, _Entry())
        entry.is_ours, entry.wanted = is_ours, None
        self._settle(key, entry, now)

    def want(self, key: Key, shown: S, now: float) -> None:
        """An object is ours, and shows this of its own."""
        entry = self._entries.setdefault(key, _Entry())
        entry.is_ours, entry.wanted = True, shown
        self._settle(key, entry, now)

    def saw(self, key: Key, seen: Seen[S], now: float) -> Sight:
        """As a watch tells it, which may be behind what we have been answered."""
        entry = self._entry_for(key, seen)
        if entry.seen is None or seen.version > entry.seen.version:
            return Sight(times_overwritten=self._believe(key, entry, seen, now))
        return Sight(is_doubtful=seen.version < entry.seen.version)

    def found(self, key: Key, seen: Seen[S], now: float) -> int:
        """As the server has answered just now. How often we were overwritten, if we just were."""
        entry = self._entry_for(key, seen)
        if entry.is_under_way:
            return 0
        if entry.seen and seen.version < entry.seen.version:
            entry.written = None  # nobody has overwritten it: the server has gone back in time
        return self._believe(key, entry, seen, now)

    def lost(self, key: Key) -> None:
        """The object is gone."""
        if entry := self._entries.get(key):
            self._entries[key] = entry = _begun_anew(entry)
            self._settle(key, entry, 0.0)

    def seen(self, key: Key) -> Seen[S] | None:
        """How an object was last seen."""
        entry = self._entries.get(key)
        return entry.seen if entry else None

    def next(self, now: float) -> Write[S] | None:
        """To be carried out, and then told of with `wrote` or `failed`."""
        while self._later and self._later[0][0] <= now:
            self._consider(heapq.heappop(self._later)[1], now)
        while self._ready:
            key = next(iter(self._ready))
            del self._ready[key]
            write = self._wanted(key)
            if write:
                self._entries[key].is_under_way = True
                return write
        return None

    def wait(self, now: float) -> float | None:
        """Seconds until there is something to write, if nothing new comes; None: for ever."""
        if self._ready:
            return 0.0
        return max(0.0, self._later[0][0] - now) if self._later else None

    @property
    def left(self) -> int:
        """How many objects do not show what they should."""
        return sum(self._differs(entry) for entry in self._entries.values())

    def wrote(self, key: Key, seen: Seen[S], now: float) -> None:
        """The server has it, and the object is so now."""
        entry = self._entries[key]
        entry.is_under_way = False
        entry.failures, entry.not_before = 0, 0.0
        if entry.seen is None or seen.version > entry.seen.version:
            entry.seen = seen
        entry.written = seen
        self._settle(key, entry, now)

    def failed(self, key: Key, why: Failed, now: float) -> None:
        """It may be tried again, with what was seen since."""
        entry = self._entries[key]
        entry.is_under_way = False
        if why is Failed.CONFLICT:
            entry.failures += 1
            pause = self._patience.retry * 2 ** min(entry.failures - 1, 20)
            entry.not_before = now + min(pause, self._patience.longest_retry)
        elif why is Failed.INVALID:
            entry.not_before = now + self._patience.invalid
        self._settle(key, entry, now)

    def to_clear(self, nothing: S) -> Iterable[Write[S]]:
        """Every object that shows what we published, to show `nothing`."""
        for key, entry in self._entries.items():
            if entry.is_ours and entry.seen and entry.seen.shown == self._published:
                yield Write(key, entry.seen, nothing)

    def _entry_for(self, key: Key, seen: Seen[S]) -> _Entry[S]:
        """What is known of this very object, and not of one that had its name."""
        entry = self._entries.setdefault(key, _Entry())
        if entry.seen and entry.seen.uid != seen.uid:
            entry = self._entries[key] = _begun_anew(entry)
        return entry

    def _believe(self, key: Key, entry: _Entry[S], seen: Seen[S], now: float) -> int:
        entry.seen = seen
        times = 0
        if entry.written and entry.written.shown != seen.shown:
            entry.written = None
            entry.not_before = entry.contest.overwritten(now, self._patience)
            times = entry.contest.times
        self._settle(key, entry, now)
        return times

    def _settle(self, key: Key, entry: _Entry[S], now: float) -> None:
        if not (entry.is_ours or entry.seen or entry.is_under_way):
            del self._entries[key]
        self._consider(key, now)

    def _consider(self, key: Key, now: float) -> None:
        if self._wanted(key) is None:
            self._ready.pop(key, None)
            return
        entry = self._entries[key]
        if entry.not_before <= now:
            self._ready[key] = None
        elif entry.looked_at != entry.not_before:
            entry.looked_at = entry.not_before
            heapq.heappush(self._later, (entry.not_before, key))

    def _wanted(self, key: Key) -> Write[S] | None:
        entry = self._entries.get(key)
        if entry is None or entry.is_under_way or not self._differs(entry):
            return None
        wanted = self._shown(entry)
        assert entry.seen
        assert wanted is not None
        return Write(key, entry.seen, wanted)

    def _differs(self, entry: _Entry[S]) -> bool:
        wanted = self._shown(entry)
        if not entry.is_ours or entry.seen is None or wanted is None:
            return False
        return entry.seen.shown != wanted

    def _shown(self, entry: _Entry[S]) -> S | None:
        return self._published if entry.wanted is None else entry.wanted


def _begun_anew(entry: _Entry[S]) -> _Entry[S]:
    """What is wanted stays; nothing is known of how it looks."""
    return _Entry(entry.is_ours, entry.wanted, is_under_way=entry.is_under_way)
