"""Facts by reference and by group; places and faults beside them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from portico.model.fact import Fact
from portico.model.fault import Fault, Place
from portico.model.ref import Group, Ref, Topic


class Store:
    """Where facts stand and what is wrong with others is kept too, but wakes no step."""

    def __init__(self) -> None:
        self._facts: dict[Ref, Fact] = {}
        self._groups: dict[Group, dict[Ref, None]] = defaultdict(dict)
        self._places: dict[Ref, Place] = {}
        self._faults: dict[str, tuple[Fault, ...]] = {}
        self.updates = 0
        """How often a fact came, changed or went."""

    def put(self, fact: Fact, place: Place | None = None) -> set[Topic]:
        """Remember a fact; return the topics it changes (none if it is old news)."""
        ref = fact.ref
        if place is not None:
            self._places[ref] = place
        old = self._facts.get(ref)
        if old == fact:
            return set()
        return self._replace(ref, old, fact)

    def drop(self, ref: Ref) -> set[Topic]:
        """Forget a fact; return the topics that changes."""
        self._places.pop(ref, None)
        old = self._facts.get(ref)
        return self._replace(ref, old, None) if old is not None else set()

    def blame(self, file: str, faults: tuple[Fault, ...]) -> None:
        """Replace what is wrong with one file; nothing, where all is well."""
        if faults:
            self._faults[file] = faults
        else:
            self._faults.pop(file, None)

    def get(self, ref: Ref) -> Fact | None:
        return self._facts.get(ref)

    def group(self, group: Group) -> list[Fact]:
        return [self._facts[ref] for ref in sorted(self._groups.get(group, ()))]

    def refs(self, kinds: Iterable[str]) -> list[Ref]:
        wanted = frozenset(kinds)
        return [ref for ref in self._facts if ref.kind in wanted]

    def place(self, ref: Ref) -> Place | None:
        """Where a fact was read."""
        return self._places.get(ref)

    def faults(self) -> Iterator[Fault]:
        """All that is wrong with what was read, by file."""
        for file in sorted(self._faults):
            yield from self._faults[file]

    def counts(self) -> dict[str, int]:
        """How many facts there are of each kind."""
        found: dict[str, int] = defaultdict(int)
        for ref in self._facts:
            found[ref.kind] += 1
        return dict(sorted(found.items()))

    def _replace(self, ref: Ref, old: Fact | None, new: Fact | None) -> set[Topic]:
        self.updates += 1
        before = old.groups() if old is not None else frozenset()
        after = new.groups() if new is not None else frozenset()
        for group in before - after:
            del self._groups[group][ref]
            if not self._groups[group]:
                del self._groups[group]
        for group in after - before:
            self._groups[group][ref] = None
        if new is not None:
            self._facts[ref] = new
        else:
            del self._facts[ref]
        return {ref, *before, *after}
