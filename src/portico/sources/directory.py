"""Manifests in files and folders as a source: what they say, and live what changes."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from portico.sources.contract import Event, Synced
from portico.sources.folder.follower import Follower
from portico.sources.folder.keeper import Keeper
from portico.sources.folder.reader import Reader
from portico.sources.folder.watcher import watcher_or_why


class Directory:
    """All `*.yaml`, `*.yml` and `*.json` files in some folders, and single files of any name.

    Where a path is not there (yet), it is read as soon as it appears. With `held`, a folder, the
    last good text of files that are broken outlives a restart.
    """

    name = "folder"

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        watch: bool,
        rescan: float = 10.0,
        held: Path | None = None,
    ) -> None:
        self._paths = tuple(dict.fromkeys(str(path) for path in paths))
        self._watch = watch
        self._rescan = rescan
        self._held = held

    async def events(self) -> AsyncIterator[Sequence[Event]]:
        """First everything, then what changes; without `watch` it ends after everything."""
        watcher, why = watcher_or_why() if self._watch else (None, None)
        reader = Reader(self._held, watcher)
        keeper = Keeper(self._paths, reader, watcher, why)
        try:
            yield [*await asyncio.to_thread(_everything, keeper, reader), Synced(self.name)]
            if self._watch:
                follower = Follower(keeper, reader, watcher, self._rescan)
                while True:
                    if events := await follower.step():
                        yield events
        finally:
            reader.is_stopped = True
            if watcher is not None:
                watcher.close()


def _everything(keeper: Keeper, reader: Reader) -> list[Event]:
    events = [*reader.open(), *keeper.first()]
    with _no_garbage_collection():
        events += reader.read(sorted(keeper.ready))
    keeper.ready.clear()
    if keeper.sees_all:  # what cannot be seen now may have left something
        events += reader.sweep()
    return events


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Reading makes millions of values and no cycles: to look for some is a seventh of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
