"""What the table should hold for the units at hand, and what a change of units changes in it: pure.

Only units that change are looked at. Elements that several units stand for are counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

from portico.engines.nftables.elements import (
    L4,
    Change,
    Elements,
    L4Unit,
    Writer,
    change,
    has_fork,
    nothing,
    shared,
)
from portico.engines.nftables.numbers import Entrance, Known, Numbers
from portico.plan.frontend import Forwarding, Frontend, NodePort
from portico.plan.key import Key
from portico.plan.plan import Plan
from portico.plan.pool import Pool

Counted = TypeVar("Counted")

AT_ONCE: Final = 100
"""Units between two looks at how large a part has become; a source hash is 256 elements or more."""

Turn = tuple[L4Unit | None, L4Unit | None]
"""A unit as it was, and as it is to be."""


class Ledger:
    """The units that are in the table, and their numbers."""

    def __init__(self, known: Known, *, relay: bool) -> None:
        self._numbers = Numbers(known)
        self._relay = relay
        self.units: dict[Key, L4Unit] = {}
        self._uses: Counter[Key] = Counter()
        self._shared: Counter[tuple[str, str]] = Counter()
        self._services: Counter[tuple[str, str, str]] = Counter()

    @property
    def services(self) -> int:
        return len(self._services)

    def turns(self, plan: Plan, keys: Iterable[Key]) -> list[Turn]:
        """Those of these units that differ."""
        found = []
        for key in keys:
            before, after = self.units.get(key), plan.get(key)
            wanted = after if isinstance(after, L4) else None
            if before is not wanted and before != wanted:
                found.append((before, wanted))
        return found

    def turn(self, turns: Sequence[Turn]) -> Change:
        """Take the units in as they are to be; this is what changes in the table."""
        before: Elements = defaultdict(dict)
        after: Elements = defaultdict(dict)
        # All that was, with the numbers it had, before any number is given.
        self._write(before, (old for old, _ in turns if old is not None))
        for old, new in turns:
            self._take_in(old, new)
        self._write(after, (new for _, new in turns if new is not None))
        self._count(turns, before, after)
        for old, new in turns:
            if old is not None:
                self._let_go(old, new)
        return change(before, after)

    def follow(self, turns: Sequence[Turn]) -> None:
        """Take the units in, without saying what that changes; `all` says the whole."""
        for old, new in turns:
            self._take_in(old, new)
        self._shared.update(element for _, new in turns if new for element in shared(new))
        self._shared.subtract(element for old, _ in turns if old for element in shared(old))
        self._shared = +self._shared  # without those that nobody stands for any more
        for old, new in turns:
            if old is not None:
                self._let_go(old, new)

    def fill(self, units: Iterable[L4Unit], most: int) -> Iterator[Elements]:
        """Take units in where there are none yet: what they add, in parts of about so many."""
        part: Elements = defaultdict(dict)
        waiting = iter(units)
        while some := tuple(islice(waiting, AT_ONCE)):
            for unit in some:
                self._take_in(None, unit)
            self._write(part, some)
            elements = [element for unit in some for element in shared(unit)]
            for place, key in elements:
                if (place, key) not in self._shared:
                    part[place][key] = ""
            self._shared.update(elements)
            if sum(map(len, part.values())) >= most:
                yield part
                part = defaultdict(dict)
        if part:
            yield part

    def all(self) -> Elements:
        """Everything the table should hold."""
        elements = nothing()
        self._write(elements, self.units.values())
        for place, key in self._shared:
            elements[place][key] = ""
        return elements

    def _write(self, into: Elements, units: Iterable[L4Unit]) -> None:
        writer = Writer(self._numbers, into, relay=self._relay)
        for unit in units:
            writer.write(unit)

    def _take_in(self, old: L4Unit | None, new: L4Unit | None) -> None:
        if new is not None:
            self.units[new.key] = new
        elif old is not None:
            del self.units[old.key]
        if isinstance(new, Pool):
            self._numbers.take_in(new)
        for unit, by in ((old, -1), (new, 1)):
            if unit is None:
                continue
            if isinstance(unit, Pool):
                _count(self._services, unit.service, by)
            else:
                for pool in _used(unit):
                    _count(self._uses, pool, by)

    def _count(self, turns: Iterable[Turn], before: Elements, after: Elements) -> None:
        """Shared elements go with the last unit that stands for them."""
        was: dict[tuple[str, str], bool] = {}
        for old, new in turns:
            for unit, by in ((old, -1), (new, 1)):
                for element in shared(unit) if unit else ():
                    was.setdefault(element, element in self._shared)
                    _count(self._shared, element, by)
        for (place, key), was_there in was.items():
            if was_there:
                before[place][key] = ""
            if (place, key) in self._shared:
                after[place][key] = ""

    def _let_go(self, old: L4Unit, new: L4Unit | None) -> None:
        """Numbers that nobody needs are free for the next change, not for this one."""
        for owner in _forks(old) - _forks(new):
            self._numbers.forks.let_go(owner)
        for owner in _gates(old) - _gates(new):
            self._numbers.gates.let_go(owner)
        for pool in {*_used(old), *([old.key] if isinstance(old, Pool) else [])}:
            if pool not in self.units and pool not in self._uses:
                self._numbers.forget(pool)


def only_l4(plan: Plan) -> dict[Key, L4Unit]:
    return {key: unit for key, unit in plan.items() if isinstance(unit, L4)}


def _entrances(unit: L4Unit | None) -> Iterable[tuple[Entrance, Forwarding]]:
    if isinstance(unit, Frontend | NodePort):
        for forwarding in unit.forwardings:
            yield Entrance(unit.key, forwarding.family), forwarding


def _used(unit: L4Unit | None) -> Iterable[Key]:
    for _, forwarding in _entrances(unit):
        yield forwarding.pool
        if forwarding.inside is not None:
            yield forwarding.inside


def _forks(unit: L4Unit | None) -> set[Entrance]:
    return {owner for owner, forwarding in _entrances(unit) if has_fork(forwarding)}


def _gates(unit: L4Unit | None) -> set[Entrance]:
    return {owner for owner, forwarding in _entrances(unit) if forwarding.sources is not None}


def _count(counts: Counter[Counted], what: Counted, by: int) -> None:
    counts[what] += by
    if not counts[what]:
        del counts[what]
