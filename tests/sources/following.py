"""A folder that is followed live, and what has been told of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from portico.model.fact import Fact
from portico.model.fault import Fault, Place
from portico.model.ref import Ref
from portico.sources.contract import Blame, Drop, Put, Source, Synced
from portico.sources.directory import Directory

PATIENCE = 20.0


def service(name: str, port: int = 80, namespace: str = "shop") -> str:
    return f"""\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {namespace}
spec:
  ports:
  - port: {port}
"""


def service_ref(name: str, namespace: str = "shop") -> Ref:
    return Ref("Service", namespace, name)


class EndedError(Exception):
    """The source has nothing more to tell."""


class Told:
    """What a source has told so far, put together as the store does it."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue = asyncio.Queue()
        self.facts: dict[Ref, Fact] = {}
        self.places: dict[Ref, Place | None] = {}
        self.faults: dict[str, tuple[Fault, ...]] = {}
        self.drops: list[Ref] = []
        self.batches: list[list] = []
        self.synced = 0

    async def batch(self) -> list:
        async with asyncio.timeout(PATIENCE):
            events = await self._queue.get()
        if isinstance(events, BaseException):
            raise events
        self.batches.append(events)
        for event in events:
            self._take(event)
        return events

    async def listen(self, source: Source) -> None:
        """Hears at once whatever is told, as the daemon does; the test takes it when it likes."""
        try:
            async with aclosing(source.events()) as batches:
                async for events in batches:
                    self._queue.put_nowait(list(events))
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001  # raised in the test
            self._queue.put_nowait(error)
        else:
            self._queue.put_nowait(EndedError())

    async def until(self, is_so: Callable[["Told"], object]) -> None:
        while not is_so(self):
            await self.batch()

    def _take(self, event) -> None:
        match event:
            case Put(fact, place):
                self.facts[fact.ref] = fact
                self.places[fact.ref] = place
            case Drop(ref):
                del self.facts[ref]  # only what has been put may be dropped
                self.drops.append(ref)
            case Blame(file, faults):
                self.faults[file] = faults
            case Synced():
                self.synced += 1

    def port(self, name: str) -> int:
        """The port of a service; 0 if there is none."""
        fact = self.facts.get(service_ref(name))
        return fact.spec.ports[0].port if fact else 0

    def reasons(self, file: Path | str) -> list[str]:
        return [fault.reason for fault in self.faults.get(str(file), ())]


@asynccontextmanager
async def follow(source: Source) -> AsyncIterator[Told]:
    told = Told()
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(told.listen(source))
        try:
            await told.batch()
            yield told
        finally:
            listening.cancel()


@asynccontextmanager
async def live(*paths: Path, rescan: float = 3600.0, held: Path | None = None):
    """Without rescans to lean on, unless asked for."""
    async with follow(Directory(paths, watch=True, rescan=rescan, held=held)) as told:
        yield told


async def read_once(*paths: Path, held: Path | None = None) -> Told:
    async with follow(Directory(paths, watch=False, held=held)) as told:
        with pytest.raises(EndedError):
            await told.batch()
        return told
