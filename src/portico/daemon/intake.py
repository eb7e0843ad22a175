"""From many sources to one store: events in, batches of changed topics out."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from portico.lib import clock
from portico.model.ref import Topic
from portico.sources.contract import Blame, Drop, Event, Put, Source, Synced, Troubled
from portico.sources.shadows import CLUSTER, FILES, Shadows
from portico.store import Store

log = logging.getLogger("portico")

QUIET: Final = 0.002
"""Seconds without news after which a batch is closed."""

LIMIT: Final = 0.05
"""Seconds after which a batch is closed however much news comes."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source is, since when (seconds since the epoch): while it is in trouble, what it has
    told stays as the last that is known.
    """

    name: str
    since: float
    synced: bool = False
    trouble: str = ""


class _Told(NamedTuple):
    source: str
    events: Sequence[Event]


class Intake:
    """Owns the writing side of the store."""

    def __init__(self, store: Store, sources: Sequence[Source]) -> None:
        self._store = store
        self._sources = sources
        self._queue: asyncio.Queue[_Told] = asyncio.Queue()
        self._unsynced = {source.name for source in sources}
        has_both = {FILES, CLUSTER} <= self._unsynced
        self._shadows = Shadows(store) if has_both else None
        self._states = {name: SourceState(name, clock.now()) for name in sorted(self._unsynced)}

    @property
    def states(self) -> list[SourceState]:
        """Of all sources, by name."""
        return list(self._states.values())

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
            self._queue.put_nowait(_Told(source.name, events))

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

    def _take(self, told: _Told) -> set[Topic]:
        changed: set[Topic] = set()
        for event in told.events:
            for passed in self._passed(told.source, event):
                changed |= self._apply(passed)
        return changed

    def _passed(self, source: str, event: Event) -> Iterable[Event]:
        return (event,) if self._shadows is None else self._shadows.passed(source, event)

    def _apply(self, event: Event) -> set[Topic]:
        match event:
            case Put(fact, place):
                return self._store.put(fact, place)
            case Drop(ref):
                return self._store.drop(ref)
            case Blame(file, faults):
                self._store.blame(file, faults)
            case Synced(source):
                self._unsynced.discard(source)
                self._note(replace(self._states[source], synced=True))
            case Troubled(source, reason):
                self._note(replace(self._states[source], trouble=reason))
        return set()

    def _note(self, new: SourceState) -> None:
        old = self._states[new.name]
        if new.trouble and new.trouble != old.trouble:
            log.warning("%s: %s", new.name, new.trouble)
        elif old.trouble and not new.trouble:
            log.info("%s: all is well again", new.name)
        if new != old:
            self._states[new.name] = replace(new, since=clock.now())
