"""What every file shows, who wins where two show the same, and what that changes. No I/O.

Nothing that worked goes away because of a mistake: what a file showed last stays until the file
says without fault that it is gone.
"""

from collections.abc import Iterable, Iterator
from operator import attrgetter

from portico.model.fault import Fault, Severity
from portico.model.ref import Ref
from portico.sources.contract import Blame, Drop, Event, Put
from portico.sources.folder.load import Entry, Found, spoils

_NOTHING = Found()


class Shelf:
    """Indexed by file and by object: a change costs what the file holds, not what all hold."""

    def __init__(self) -> None:
        self._files: dict[str, Found] = {}
        self._claims: dict[Ref, tuple[Entry, ...]] = {}  # the first is served
        self._blamed: dict[str, tuple[Fault, ...]] = {}

    def show(self, file: str, found: Found) -> list[Event]:
        """Replace what a file shows; what its faults hide stays as it was."""
        old = self._files.get(file, _NOTHING)
        kept = _kept(old.entries, found)
        return self._replace(file, old, Found((*found.entries, *kept), found.faults))

    def remove(self, file: str) -> list[Event]:
        """The file is gone, and all it showed."""
        old = self._files.get(file, _NOTHING)
        events = self._replace(file, old, _NOTHING)
        self._files.pop(file, None)
        return events

    def _replace(self, file: str, old: Found, new: Found) -> list[Event]:
        self._files[file] = new
        before, after = _grouped(old.entries), _grouped(new.entries)
        events: list[Event] = []
        blamed = {file}
        for ref in before | after:
            if before.get(ref) != after.get(ref):
                events += self._claim(ref, file, after.get(ref, ()), blamed)
        for each in sorted(blamed):
            events += self._blame(each)
        return events

    def _claim(
        self, ref: Ref, file: str, mine: tuple[Entry, ...], blamed: set[str]
    ) -> Iterator[Event]:
        """Settle who wins one object; the losers learn by whom."""
        old = self._claims.get(ref, ())
        others = (entry for entry in old if entry.place.file != file)
        new = tuple(sorted((*others, *mine), key=attrgetter("place")))
        if not new:
            self._claims.pop(ref, None)
            yield Drop(ref)
            return
        self._claims[ref] = new
        if not old or old[0] != new[0]:
            blamed.update(entry.place.file for entry in new[1:])
            blamed.update(entry.place.file for entry in old)
            if not old or (old[0].fact, old[0].place) != (new[0].fact, new[0].place):
                yield Put(new[0].fact, new[0].place)

    def _blame(self, file: str) -> Iterator[Event]:
        found = self._files.get(file, _NOTHING)
        doubles = (self._double(entry) for entry in found.entries)
        faults = (*found.faults, *(double for double in doubles if double))
        if faults != self._blamed.get(file, ()):
            yield Blame(file, faults)
        if faults:
            self._blamed[file] = faults
        else:
            self._blamed.pop(file, None)

    def _double(self, entry: Entry) -> Fault | None:
        winner = self._claims[entry.ref][0]
        if winner is entry or winner == entry:
            return None
        where = f"{winner.place.file}:{winner.line}" if winner.line else winner.place.file
        if winner.fact == entry.fact:
            reason, severity = f"stands in {where} too, word for word", Severity.WARNING
        else:
            reason, severity = f"stands in {where} too, and that one is served", Severity.ERROR
        hint = "remove one of them, or give it another name"
        return Fault(entry.place, entry.ref, "metadata.name", reason, hint, severity)


def _kept(old: tuple[Entry, ...], found: Found) -> Iterator[Entry]:
    """What was shown before, is not seen now, and may only be missing because of a mistake."""
    hiding = {fault.ref for fault in found.faults if spoils(fault)}
    if not hiding:
        return
    seen = {entry.ref for entry in found.entries}
    for entry in old:
        if entry.ref not in seen and (None in hiding or entry.ref in hiding):
            yield entry


def _grouped(entries: Iterable[Entry]) -> dict[Ref, tuple[Entry, ...]]:
    by_ref: dict[Ref, tuple[Entry, ...]] = {}
    for entry in entries:
        by_ref[entry.ref] = (*by_ref.get(entry.ref, ()), entry)
    return by_ref
