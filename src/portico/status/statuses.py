"""Which Ingress gets which addresses written next, and when. No I/O, and no clock of its own.

An Ingress is written when it is ours, was seen, and shows something else than it should. Each has
at most one write under way; what comes meanwhile is looked at when that one has ended.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from portico.kube.api.told import Key
from portico.status.contest import USUAL, Contest, Patience
from portico.status.publish import Addresses


class Seen(NamedTuple):
    """An Ingress as it was last seen."""

    uid: str
    version: int
    addresses: Addresses


class Write(NamedTuple):
    """Only if the object is still as it was seen."""

    key: Key
    seen: Seen
    addresses: Addresses


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
class _Entry:
    is_ours: bool = False
    seen: Seen | None = None
    written: Seen | None = None
    """By us, and not known to be overwritten."""
    contest: Contest = field(default_factory=Contest)
    failures: int = 0
    not_before: float = 0.0
    looked_at: float = 0.0
    """When it comes up by itself."""
    is_under_way: bool = False


class Statuses:
    """Of all Ingresses."""

    def __init__(self, patience: Patience = USUAL) -> None:
        self._patience = patience
        self._entries: dict[Key, _Entry] = {}
        self._addresses: Addresses | None = None
        self._ready: dict[Key, None] = {}
        self._later: list[tuple[float, Key]] = []

    @property
    def addresses(self) -> Addresses | None:
        """What is published; None where nobody knows yet."""
        return self._addresses

    def publish(self, addresses: Addresses, now: float) -> None:
        """Every Ingress that is ours shows these from now on."""
        self._addresses = addresses
        for key in self._entries:
            self._consider(key, now)

    def own(self, key: Key, now: float, *, is_ours: bool) -> None:
        """An Ingress that is not ours any more is left as it is, for whoever has it now."""
        entry = self._entries.setdefault(key, _Entry())
        entry.is_ours = is_ours
        self._settle(key, entry, now)

    def saw(self, key: Key, seen: Seen, now: float) -> Sight:
        """As a watch tells it, which may be behind what we have been answered."""
        entry = self._entry_for(key, seen)
        if entry.seen is None or seen.version > entry.seen.version:
            return Sight(times_overwritten=self._believe(key, entry, seen, now))
        return Sight(is_doubtful=seen.version < entry.seen.version)

    def found(self, key: Key, seen: Seen, now: float) -> int:
        """As the server has answered just now. How often we were overwritten, if we just were."""
        entry = self._entry_for(key, seen)
        if entry.is_under_way:
            return 0
        if entry.seen and seen.version < entry.seen.version:
            entry.written = None  # nobody has overwritten it: the server has gone back in time
        return self._believe(key, entry, seen, now)

    def lost(self, key: Key) -> None:
        """The Ingress is gone."""
        if entry := self._entries.get(key):
            is_ours, is_under_way = entry.is_ours, entry.is_under_way
            self._entries[key] = entry = _Entry(is_ours, is_under_way=is_under_way)
            self._settle(key, entry, 0.0)

    def seen(self, key: Key) -> Seen | None:
        """How an Ingress was last seen."""
        entry = self._entries.get(key)
        return entry.seen if entry else None

    def next(self, now: float) -> Write | None:
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
        """How many Ingresses do not show what they should."""
        return sum(self._differs(entry) for entry in self._entries.values())

    def wrote(self, key: Key, seen: Seen, now: float) -> None:
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

    def to_clear(self) -> Iterable[Write]:
        """Every Ingress that shows what we published, to show nothing."""
        for key, entry in self._entries.items():
            if entry.is_ours and entry.seen and entry.seen.addresses == self._addresses:
                yield Write(key, entry.seen, ())

    def _entry_for(self, key: Key, seen: Seen) -> _Entry:
        """What is known of this very object, and not of one that had its name."""
        entry = self._entries.setdefault(key, _Entry())
        if entry.seen and entry.seen.uid != seen.uid:
            entry = self._entries[key] = _Entry(entry.is_ours, is_under_way=entry.is_under_way)
        return entry

    def _believe(self, key: Key, entry: _Entry, seen: Seen, now: float) -> int:
        entry.seen = seen
        times = 0
        if entry.written and entry.written.addresses != seen.addresses:
            entry.written = None
            entry.not_before = entry.contest.overwritten(now, self._patience)
            times = entry.contest.times
        self._settle(key, entry, now)
        return times

    def _settle(self, key: Key, entry: _Entry, now: float) -> None:
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

    def _wanted(self, key: Key) -> Write | None:
        entry = self._entries.get(key)
        if entry is None or entry.is_under_way or not self._differs(entry):
            return None
        assert entry.seen
        assert self._addresses is not None
        return Write(key, entry.seen, self._addresses)

    def _differs(self, entry: _Entry) -> bool:
        if not entry.is_ours or entry.seen is None or self._addresses is None:
            return False
        return entry.seen.addresses != self._addresses
