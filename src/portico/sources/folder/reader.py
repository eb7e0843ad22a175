"""Reads files and tells what changed in them."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from portico.sources.contract import Event
from portico.sources.documents import read_documents
from portico.sources.folder.files import Stamp, display
from portico.sources.folder.load import Loaded, load, understood
from portico.sources.folder.shelf import Shelf
from portico.sources.folder.watcher import Watcher
from portico.sources.last_good import LastGood, guarded


class Reader:
    """Remembers of every file how it looked when it was read, and what it said when it was good."""

    def __init__(self, held: Path | None, watcher: Watcher | None) -> None:
        self.stamps: dict[str, Stamp | None] = {}
        self.is_stopped = False
        self._shelf = Shelf()
        self._last_good: LastGood[str, bytes] = LastGood(held, named=_absolute, text=bytes)
        self._held = held
        self._watcher = watcher

    def open(self) -> Iterator[Event]:
        """See what an earlier run has left."""
        yield from self._guarded(self._last_good.open)

    def sweep(self) -> Iterator[Event]:
        """Remove what an earlier run has left of files that are no more."""
        yield from self._guarded(lambda: self._last_good.sweep(self.stamps))

    def read(self, paths: Iterable[str]) -> Iterator[Event]:
        """Read these files again. Of one that is not there (any more) nothing is told."""
        for path in paths:
            if self.is_stopped:
                return
            if (loaded := load(path)) is not None:
                yield from self._show(path, loaded)

    def remove(self, path: str) -> Iterator[Event]:
        """The file is gone, and that is no mistake."""
        self.stamps.pop(path, None)
        yield from self._guarded(lambda: self._last_good.is_gone(path))
        yield from self._shelf.remove(display(path))

    def _show(self, path: str, loaded: Loaded) -> Iterator[Event]:
        is_new = path not in self.stamps
        self.stamps[path] = loaded.stamp
        if self._watcher is not None and os.path.islink(path):  # noqa: PTH114
            self._watcher.follow(path)
        file = display(path)
        if loaded.found.is_good:
            yield from self._guarded(lambda: self._last_good.is_good(path, loaded.text))
        else:
            if is_new and (text := self._last_good.recall(path)):
                yield from self._shelf.show(file, understood(read_documents(text, file), file))
            yield from self._guarded(lambda: self._last_good.is_broken(path))
        yield from self._shelf.show(file, loaded.found)

    def _guarded(self, step: Callable[[], None]) -> Iterator[Event]:
        return guarded(self._held, step)


def _absolute(path: str) -> bytes:
    return os.fsencode(Path(path).absolute())
