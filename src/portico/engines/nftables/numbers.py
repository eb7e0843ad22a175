"""The numbers under which the kernel knows units: small, kept while a unit lives, then reused."""

import heapq
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from portico.engines.nftables.seats import Seat, seated, seats_of
from portico.plan.key import Key
from portico.plan.pool import Pool
from portico.plan.transport import Family

Owner = TypeVar("Owner")

POOL: Final = 0x5000_0000
FORK: Final = 0x5100_0000
GATE: Final = 0x5200_0000
STUCK: Final = 0x6000_0000
ROOM: Final = 0x0100_0000
"""Pools, forks or gates there can be at one time."""

MOST_STUCK: Final = 0x0FFF_FFFF


class Entrance(NamedTuple):
    """One family of one frontend or node port."""

    unit: Key
    family: Family


class NumbersError(Exception):
    """There are more units than the kernel's numbers can tell apart."""


class Range(Generic[Owner]):
    """Numbers of one kind. The smallest free one is given; what is given up is free again."""

    def __init__(self, base: int, known: Mapping[Owner, int]) -> None:
        self._base = base
        self._numbers = dict(known)
        taken = set(self._numbers.values())
        self._next = max(taken, default=base) + 1
        self._free = [number for number in range(base + 1, self._next) if number not in taken]

    def __len__(self) -> int:
        return len(self._numbers)

    def of(self, owner: Owner) -> int:
        """The number of an owner, a new one if it has none."""
        number = self._numbers.get(owner)
        if number is None:
            number = self._numbers[owner] = self._new()
        return number

    def let_go(self, owner: Owner) -> None:
        number = self._numbers.pop(owner, None)
        if number is not None:
            heapq.heappush(self._free, number)

    def keep_only(self, owners: Container[Owner]) -> None:
        """Let go of all others."""
        for owner in [owner for owner in self._numbers if owner not in owners]:
            self.let_go(owner)

    def _new(self) -> int:
        if self._free:
            return heapq.heappop(self._free)
        number = self._next
        if number >= self._base + ROOM:
            raise NumbersError("more than 16 million pools: the kernel's numbers are used up")
        self._next += 1
        return number


class Known(NamedTuple):
    """What the kernel's own elements say of numbers, for a table that is adopted."""

    pools: Mapping[Key, int]
    forks: Mapping[Entrance, int]
    gates: Mapping[Entrance, int]
    seats: Mapping[Key, Sequence[Seat | None]]
    stuck: Mapping[Key, Mapping[Seat, int]]
    last_stuck: int


NOTHING_KNOWN: Final = Known({}, {}, {}, {}, {}, 0)


class Numbers:
    """All numbers of one table, and who sits where."""

    def __init__(self, known: Known = NOTHING_KNOWN) -> None:
        self.pools = Range(POOL, known.pools)
        self.forks = Range(FORK, known.forks)
        self.gates = Range(GATE, known.gates)
        self._seats: dict[Key, tuple[Seat, ...]] = {}
        self._hinted = known.seats
        self._stuck: dict[Key, Mapping[Seat, int]] = dict(known.stuck)
        self._last_stuck = known.last_stuck

    def seats(self, pool: Key) -> tuple[Seat, ...]:
        """Who has slot 0, 1, 2 ... of a pool."""
        return self._seats.get(pool, ())

    def stuck(self, pool: Key) -> Mapping[Seat, int]:
        """The numbers of endpoints that clients stay with."""
        return self._stuck.get(pool, {})

    def take_in(self, pool: Pool) -> None:
        """Seat the endpoints of a pool that is new or has changed."""
        before = self._seats.get(pool.key) or self._hinted.get(pool.key, ())
        self._seats[pool.key] = seats = seated(before, seats_of(pool.endpoints))
        if pool.affinity:
            self._stuck[pool.key] = self._staying(self.stuck(pool.key), seats)
        else:
            self._stuck.pop(pool.key, None)

    def forget(self, pool: Key) -> None:
        """A pool is gone, and nobody refers to it."""
        self.pools.let_go(pool)
        self._seats.pop(pool, None)
        self._stuck.pop(pool, None)

    def _staying(self, before: Mapping[Seat, int], seats: Iterable[Seat]) -> dict[Seat, int]:
        return {seat: before.get(seat) or self._new_stuck() for seat in seats}

    def _new_stuck(self) -> int:
        # Never given twice: clients that are remembered with an old number must not meet a
        # stranger under it.
        if self._last_stuck >= MOST_STUCK:
            raise NumbersError("numbers of sticky endpoints are used up: remove the nft table")
        self._last_stuck += 1
        return self._last_stuck
