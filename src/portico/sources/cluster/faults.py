"""What is wrong with objects of a cluster: each is told by its name, as it stands in no file; and
what it said before that, which is served in its place.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

from portico.model.decode import Trouble
from portico.model.fact import Fact
from portico.model.fault import Fault, Place
from portico.model.ref import Ref
from portico.sources.cluster.reading import read_text, written
from portico.sources.contract import Blame
from portico.sources.last_good import LastGood, guarded

NO_FILE: Final = Place("")


class Faults:
    """Remembers whom it has blamed, and what everybody said when it was good."""

    def __init__(self, held: Path | None, cluster: str) -> None:
        """`held` is a folder for the next start; `cluster` tells one API server from others."""
        self._blamed: dict[Ref, Trouble] = {}
        self._held = held
        self._last_good: LastGood[Ref, Fact] = LastGood(
            held, named=lambda ref: "\n".join((cluster, *ref)).encode(), text=written
        )

    def open(self) -> Iterator[Blame]:
        """See what an earlier run has left."""
        yield from guarded(self._held, self._last_good.open)

    def blame(self, ref: Ref, trouble: Trouble) -> Generator[Blame, None, Fact | None]:
        """Gives what it said before this start, if it was broken from then on."""
        recalled = None
        if ref not in self._blamed and (text := self._last_good.recall(ref)):
            recalled = read_text(text)
        if self._blamed.get(ref) != trouble:
            self._blamed[ref] = trouble
            fault = Fault(NO_FILE, ref, *trouble[1:])
            yield Blame(_file(ref), (fault,))
        yield from guarded(self._held, lambda: self._last_good.is_broken(ref))
        return recalled

    def good(self, ref: Ref, fact: Fact) -> Iterator[Blame]:
        """All is well."""
        yield from self._clear(ref)
        yield from guarded(self._held, lambda: self._last_good.is_good(ref, fact))

    def gone(self, ref: Ref) -> Iterator[Blame]:
        """Nothing is there any more, or nobody asks for it."""
        yield from self._clear(ref)
        yield from guarded(self._held, lambda: self._last_good.is_gone(ref))

    def sweep(self) -> Iterator[Blame]:
        """Everything has been told: remove what belongs to nobody."""
        yield from guarded(self._held, lambda: self._last_good.sweep(self._blamed))

    def _clear(self, ref: Ref) -> Iterator[Blame]:
        if self._blamed.pop(ref, None):
            yield Blame(_file(ref), ())


def _file(ref: Ref) -> str:
    return f"cluster: {ref}"
