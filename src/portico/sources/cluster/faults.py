"""What is wrong with objects of a cluster: each is told by its name, as it stands in no file."""

from collections.abc import Iterator
from typing import Final

from portico.model.decode import Trouble
from portico.model.fault import Fault, Place
from portico.model.ref import Ref
from portico.sources.contract import Blame

NO_FILE: Final = Place("")


class Faults:
    """Remembers whom it has blamed."""

    def __init__(self) -> None:
        self._blamed: dict[Ref, Trouble] = {}

    def blame(self, ref: Ref, trouble: Trouble) -> Iterator[Blame]:
        if self._blamed.get(ref) != trouble:
            self._blamed[ref] = trouble
            fault = Fault(NO_FILE, ref, *trouble[1:])
            yield Blame(_file(ref), (fault,))

    def clear(self, ref: Ref) -> Iterator[Blame]:
        """All is well, or nothing is there any more."""
        if self._blamed.pop(ref, None):
            yield Blame(_file(ref), ())


def _file(ref: Ref) -> str:
    return f"cluster: {ref}"
