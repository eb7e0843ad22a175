"""An API server, and what a Cluster makes of it: read once, or followed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

from kube.api.follower import QUICK, access
from live.until import eventually
from portico.compiler.compiler import compile_all
from portico.kube.config.access import Access
from portico.model.ref import Ref
from portico.plan.plan import Plan
from portico.settings import Room, Settings
from portico.sources.cluster.asked import ALL, Scope
from portico.sources.cluster.source import Cluster
from portico.sources.contract import Blame, Drop, Put, Synced, Troubled
from portico.store import Store
from support.api_server import ApiServer

HTTP = Settings(rooms=frozenset({Room.HTTP}))


class Reader:
    """Believes what the source tells, and nothing else."""

    def __init__(
        self, reach: Access, settings: Settings, scope: Scope = ALL, held: Path | None = None
    ) -> None:
        self.source = Cluster(reach, settings, scope, QUICK, held)
        self.settings = settings
        self.store = Store()
        self.is_synced = False
        self.trouble = ""
        self.batches: list[list[Any]] = []

    @property
    def plan(self) -> Plan:
        return compile_all(self.store, self.settings)

    def refs(self, kind: str) -> set[str]:
        return {str(ref).partition(" ")[2] for ref in self.store.refs([kind])}

    def faults(self) -> list[tuple[str, str, str]]:
        return [(str(f.ref), f.field, f.reason) for f in self.store.faults()]

    async def run(self, *, once: bool = False) -> None:
        async with aclosing(self.source.events()) as batches:
            async for events in batches:
                self.batches.append(list(events))
                for event in events:
                    self._take(event)
                if once and self.is_synced:
                    return

    def _take(self, event: Any) -> None:
        match event:
            case Put(fact, place):
                self.store.put(fact, place)
            case Drop(ref):
                self.store.drop(ref)
            case Blame(file, faults):
                self.store.blame(file, faults)
            case Synced():
                assert not self.is_synced
                self.is_synced = True
            case Troubled(_, reason):
                assert reason != self.trouble
                self.trouble = reason


async def read(server: ApiServer, settings: Settings = HTTP, scope: Scope = ALL) -> Reader:
    """What is there now."""
    return await read_at(access(server), settings, scope)


async def read_at(reach: Access, settings: Settings = HTTP, scope: Scope = ALL) -> Reader:
    reader = Reader(reach, settings, scope)
    async with asyncio.timeout(20):
        await reader.run(once=True)
    return reader


@asynccontextmanager
async def followed(
    server: ApiServer,
    settings: Settings = HTTP,
    scope: Scope = ALL,
    held: Path | None = None,
) -> AsyncIterator[Reader]:
    async with followed_at(access(server), settings, scope, held) as reader:
        yield reader


@asynccontextmanager
async def followed_at(
    reach: Access,
    settings: Settings = HTTP,
    scope: Scope = ALL,
    held: Path | None = None,
) -> AsyncIterator[Reader]:
    reader = Reader(reach, settings, scope, held)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(reader.run())
        await until(lambda: reader.is_synced, "the cluster to be synced")
        yield reader
        task.cancel()


async def until(check: Callable[[], object], what: str) -> None:
    async def is_so() -> object:
        return check()

    await eventually(is_so, what)


async def until_as_fresh(reader: Reader, server: ApiServer) -> None:
    """Until the plan is the one of somebody who comes only now."""
    await until_as_fresh_at(reader, access(server))


async def until_as_fresh_at(reader: Reader, reach: Access, scope: Scope = ALL) -> None:
    async def is_same() -> bool:
        fresh = await read_at(reach, reader.settings, scope)
        return (
            fresh.plan == reader.plan
            and fresh.store.counts() == reader.store.counts()
            and fresh.faults() == reader.faults()
        )

    await eventually(is_same, "the plan to be that of a fresh list")


def secret_ref(name: str, namespace: str = "shop") -> Ref:
    return Ref("Secret", namespace, name)
