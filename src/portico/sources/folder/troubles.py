"""What is wrong with paths that are no files: folders that cannot be read, or are not there."""

from collections.abc import Callable, Iterator, Mapping

from portico.model.fault import Fault, Place
from portico.sources.contract import Blame, Event
from portico.sources.folder.files import display
from portico.sources.text.wording import Broken


class Troubles:
    """Told when they come and when they are over."""

    def __init__(self) -> None:
        self._told: dict[str, Broken] = {}

    def __bool__(self) -> bool:
        return bool(self._told)

    def over(self, is_over: Callable[[str], bool]) -> Iterator[Event]:
        """Tell of which paths nothing is wrong any more."""
        for path in [path for path in self._told if is_over(path)]:
            del self._told[path]
            yield Blame(display(path), ())

    def come(self, found: Mapping[str, Broken]) -> Iterator[Event]:
        """Tell what is wrong, unless it has been told."""
        for path, why in found.items():
            if self._told.get(path) != why:
                self._told[path] = why
                file = display(path)
                fault = Fault(Place(file), None, "", why.reason, why.hint, line=why.line)
                yield Blame(file, (fault,))
