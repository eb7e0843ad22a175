"""One object in a file and in the cluster: the file is served, and the other waits behind it."""

from collections.abc import Iterator
from typing import Final

from portico.model.fault import Fault, Place, Severity
from portico.model.ref import Ref
from portico.sources.contract import Blame, Drop, Event, Put
from portico.store import Store

FILES: Final = "folder"
CLUSTER: Final = "cluster"
"""The names of the two sources."""


class Shadows:
    """Stands before the store, and costs nothing where there is only one of the two."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_files: set[Ref] = set()
        self._hidden: dict[Ref, Put] = {}

    def passed(self, source: str, event: Event) -> Iterator[Event]:
        """What is left of an event, or comes of it."""
        match event:
            case Put(fact) if source == FILES:
                yield from self._in_file(fact.ref, event)
            case Drop(ref) if source == FILES:
                yield from self._out_of_file(ref)
            case Put(fact) if source == CLUSTER and fact.ref in self._in_files:
                yield from self._hide(fact.ref, event, self._store.place(fact.ref))
            case Drop(ref) if source == CLUSTER and ref in self._in_files:
                if self._hidden.pop(ref, None):
                    yield Blame(_name(ref), ())
            case _:
                yield event

    def _in_file(self, ref: Ref, put: Put) -> Iterator[Event]:
        if ref not in self._in_files:
            self._in_files.add(ref)
            if (there := self._store.get(ref)) is not None:
                yield from self._hide(ref, Put(there, self._store.place(ref)), put.place)
        yield put

    def _out_of_file(self, ref: Ref) -> Iterator[Event]:
        self._in_files.discard(ref)
        yield Drop(ref)
        if (hidden := self._hidden.pop(ref, None)) is not None:
            yield Blame(_name(ref), ())
            yield hidden

    def _hide(self, ref: Ref, put: Put, by: Place | None) -> Iterator[Event]:
        self._hidden[ref] = put
        reason = f"stands in {by.file if by else 'a file'}, too, and that one is served"
        hint = "remove one of them, or give it another name"
        yield Blame(
            _name(ref),
            (Fault(Place(""), ref, "metadata.name", reason, hint, Severity.WARNING),),
        )


def _name(ref: Ref) -> str:
    return f"cluster: hidden {ref}"
