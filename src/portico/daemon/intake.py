"""From many sources to one store: events in, batches of changed topics out."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from portico.model.ref import Topic
from portico.sources.contract import Blame, Drop, Event, Put, Source, Synced
from portico.store import Store

QUIET: Final = 0.002
"""Seconds without news after which a batch is closed."""

LIMIT: Final = 0.05
"""Seconds after which a batch is closed however much news comes."""


class Intake:
    """Owns the writing side of the store."""

    def __init__(self, store: Store, sources: Sequence[Source]) -> None:
        self._store = store
        self._sources = sources
        self._queue: asyncio.Queue[Sequence[Event] | None] = asyncio.Queue()
        self._unsynced = {source.name for source in sources}

    async def batches(self) -> AsyncIterator[set[Topic]]:
        """What changed, in batches. Nothing comes before every source has told all it has, so a
        restart never serves half a configuration; then one batch comes even if there is nothing.
        """
        async with asyncio.TaskGroup() as group:
            for source in self._sources:
                group.create_task(self._drain(source), name=f"source {source.name}")
            changed: set[Topic] = set()
            while self._unsynced:
                changed |= self._take(await self._queue.get())
            yield changed
            while True:
                yield self._take(await self._queue.get()) | await self._rest()

    async def _drain(self, source: Source) -> None:
        async for events in source.events():
            self._queue.put_nowait(events)

    async def _rest(self) -> set[Topic]:
        """What follows closely, so that a burst reaches traffic as one change."""
        changed: set[Topic] = set()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LIMIT
        while (left := deadline - loop.time()) > 0:
            try:
                async with asyncio.timeout(min(QUIET, left)):
                    changed |= self._take(await self._queue.get())
            except TimeoutError:
                break
        return changed

    def _take(self, events: Sequence[Event] | None) -> set[Topic]:
        changed: set[Topic] = set()
        for event in events or ():
            match event:
                case Put(fact, place):
                    changed |= self._store.put(fact, place)
                case Drop(ref):
                    changed |= self._store.drop(ref)
                case Blame(file, faults):
                    self._store.blame(file, faults)
                case Synced(source):
                    self._unsynced.discard(source)
        return changed
