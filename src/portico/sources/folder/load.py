"""One file -> the facts in it, and its faults."""

from typing import NamedTuple

from portico.model.decode import Trouble, decode
from portico.model.fact import Fact
from portico.model.fault import Fault, Place, Severity
from portico.model.ref import Ref
from portico.sources.documents import Reading, broken, read_documents
from portico.sources.folder.files import Stamp, display, read_file
from portico.sources.text.wording import Broken


class Entry(NamedTuple):
    """A fact and where it stands; line 0 is to be looked up."""

    ref: Ref
    fact: Fact
    place: Place
    line: int


class Found(NamedTuple):
    """What a file holds now."""

    entries: tuple[Entry, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether all of it could be read."""
        return not any(map(spoils, self.faults))


class Loaded(NamedTuple):
    """A file and its text; no stamp and no text where it could not even be read."""

    found: Found
    stamp: Stamp | None = None
    text: bytes = b""


def spoils(fault: Fault) -> bool:
    """Whether it took something away that may have been served before."""
    return fault.severity is not Severity.NOTE


def load(path: str) -> Loaded | None:
    """None where there is no such file."""
    content = read_file(path)
    if content is None:
        return None
    file = display(path)
    if isinstance(content, Broken):
        return Loaded(Found((), broken(file, content).faults))
    return Loaded(understood(read_documents(content.text, file), file), *content)


def understood(reading: Reading, file: str) -> Found:
    """Facts and faults of what was read."""
    entries: list[Entry] = []
    faults = list(reading.faults)
    for document in reading.documents:
        place = Place(file, document.index)
        fact = decode(document.value)
        if isinstance(fact, Trouble):
            line = 0 if fact.field else document.line
            ref, field, reason, hint, severity = fact
            faults.append(Fault(place, ref, field, reason, hint, severity, line))
        else:
            entries.append(Entry(fact.ref, fact, place, document.line))
    faults.sort(key=lambda fault: fault.place)
    return Found(tuple(entries), tuple(faults))
