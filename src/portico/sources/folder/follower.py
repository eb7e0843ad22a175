"""Waits for news of files, and reads them: at once what is small, in a thread what is not."""

import asyncio
from asyncio import Future
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from portico.sources.contract import Event
from portico.sources.folder.files import Node, stamp_at
from portico.sources.folder.keeper import Keeper
from portico.sources.folder.news import News
from portico.sources.folder.reader import Reader
from portico.sources.folder.tree import Tree, survey
from portico.sources.folder.watcher import Watcher
from portico.sources.text.wording import Broken

LIGHT: Final = 128 * 1024
"""Bytes that are read at once."""

FEW: Final = 50
"""Files that are read at once."""


class Follower:
    """Looks at everything now and then, too: events may be lost, and some folders have none."""

    def __init__(
        self, keeper: Keeper, reader: Reader, watcher: Watcher | None, rescan: float
    ) -> None:
        self._keeper = keeper
        self._reader = reader
        self._watcher = watcher
        self._rescan = rescan
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._next_look = self._loop.time() + rescan
        self._looking: Future[Tree] | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Only meanwhile does the watcher belong to the loop's thread."""
        if self._watcher is None:
            yield
            return
        self._watcher.listen(self._wake.set)
        try:
            yield
        finally:
            self._watcher.pause()

    async def step(self) -> list[Event]:
        """Wait until there is something to do, and do it."""
        with self.listening():
            await self._wait()
            events = list(self._hear())
        paths = sorted(self._keeper.ready)
        self._keeper.ready.clear()
        if len(paths) <= FEW and sum(map(_size, paths)) <= LIGHT:
            events += self._reader.read(paths)
        else:
            events += await asyncio.to_thread(lambda: list(self._reader.read(paths)))
        return [*events, *self._keeper.part(self._loop.time())]

    async def _wait(self) -> None:
        due = self._keeper.due()
        if self._looking is None:
            due = min(due, self._next_look)
        try:
            async with asyncio.timeout_at(due):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def _hear(self) -> Iterator[Event]:
        now = self._loop.time()
        news = News() if self._watcher is None else self._watcher.take()
        yield from self._keeper.hear(news, now)
        if self._looking is not None and self._looking.done():
            tree, self._looking = self._looking.result(), None
            self._next_look = now + self._rescan
            yield from self._keeper.compare(tree, now)
        if news.is_incomplete:
            self._next_look = now
        if self._looking is None and now >= self._next_look:
            self._looking = self._loop.run_in_executor(None, survey, self._keeper.paths, _pass_by)
            self._looking.add_done_callback(lambda _: self._wake.set())


def _size(path: str) -> int:
    stamp = stamp_at(path)
    return stamp.size if stamp else 0


def _pass_by(folder: str, node: Node) -> Broken | None:
    return None
