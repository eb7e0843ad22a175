"""The names that ExternalName Services point to, resolved and kept fresh."""

import asyncio
from asyncio import Queue, Task, TaskGroup
from collections.abc import AsyncIterator, Sequence
from typing import Final, NamedTuple

from dns.asyncresolver import Resolver as AsyncResolver
from dns.exception import DNSException
from dns.rdatatype import AAAA, A, RdataType
from dns.resolver import NoResolverConfiguration

from portico.lib.backoff import delays
from portico.model.core import Resolution, resolution_of
from portico.model.ref import Ref
from portico.sources.contract import Drop, Event, Put, Synced

SHORTEST: Final = 1.0
"""Seconds that an answer is used at least, whatever its TTL."""

LONGEST: Final = 300.0
"""Seconds that an answer is used at most."""

KINDS: Final = (A, AAAA)

AT_ONCE: Final = 16
"""Questions under way at the same time."""


class Answer(NamedTuple):
    """What the DNS says of one name and one type; no address where there is none of that type."""

    addresses: tuple[str, ...]
    ttl: float


class Resolver:
    """Asks again when an answer expires. Where none comes, the last one stays."""

    name = "dns"

    def __init__(self, resolver: AsyncResolver | None = None) -> None:
        """Without a resolver, what /etc/resolv.conf says at the time of asking."""
        self._resolver = resolver
        self._wanted: frozenset[str] = frozenset()
        self._changed = asyncio.Event()
        self._limit = asyncio.Semaphore(AT_ONCE)
        self._events: Queue[Event] = Queue()
        self._tasks: dict[str, Task[None]] = {}
        self._told: dict[str, list[str]] = {}

    def want(self, names: frozenset[str]) -> None:
        """Replace the names to be resolved; the others are forgotten."""
        self._wanted = names
        self._changed.set()

    async def events(self) -> AsyncIterator[Sequence[Event]]:
        """Nothing is known before it is asked for, so this source is synced from the start."""
        self._tasks.clear()
        self._told.clear()
        self._changed.set()
        yield [Synced(self.name)]
        try:
            async with TaskGroup() as group:
                group.create_task(self._follow(group), name="wanted names")
                while True:
                    events = [await self._events.get()]
                    while not self._events.empty():
                        events.append(self._events.get_nowait())
                    yield events
        except BaseExceptionGroup as failures:
            # A task group wraps the end of the generator, too, which is no failure.
            if (rest := failures.split(GeneratorExit)[1]) is not None:
                raise rest from None

    async def _follow(self, group: TaskGroup) -> None:
        """Keep one task for each wanted name."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            for name in sorted(self._tasks.keys() - self._wanted):
                self._tasks.pop(name).cancel()
                if self._told.pop(name, None):
                    self._events.put_nowait(Drop(Ref(Resolution.KIND, "", name)))
            for name in sorted(self._wanted - self._tasks.keys()):
                self._tasks[name] = group.create_task(self._keep(name), name=f"resolve {name}")

    async def _keep(self, name: str) -> None:
        """Ask for one name for as long as it is wanted."""
        known: dict[RdataType, tuple[str, ...]] = {}
        pauses = delays(SHORTEST)
        while True:
            answers = await self._ask_both(name)
            if self._tasks.get(name) is not asyncio.current_task():
                return  # cancelled, but whoever waited for the answer has swallowed it
            fresh = known | {kind: answer.addresses for kind, answer in answers.items()}
            addresses = sorted({address for each in fresh.values() for address in each})
            if addresses:
                known = fresh
            if addresses and addresses != self._told.get(name):
                self._told[name] = addresses
                self._events.put_nowait(Put(resolution_of(name, tuple(addresses))))
            if addresses and len(answers) == len(KINDS):
                pauses = delays(SHORTEST)
                ttl = min(answer.ttl for answer in answers.values() if answer.addresses)
                await asyncio.sleep(min(max(ttl, SHORTEST), LONGEST))
            else:
                await asyncio.sleep(next(pauses))

    async def _ask_both(self, name: str) -> dict[RdataType, Answer]:
        """The answers that came, by type."""
        async with TaskGroup() as group:
            tasks = {kind: group.create_task(self._ask(name, kind)) for kind in KINDS}
        answers = {kind: task.result() for kind, task in tasks.items()}
        return {kind: answer for kind, answer in answers.items() if answer is not None}

    async def _ask(self, name: str, kind: RdataType) -> Answer | None:
        """One question; None if nobody could answer it, or there is no such name."""
        async with self._limit:
            try:
                resolver = self._resolver or _of_this_host()
                answer = await resolver.resolve(name, kind, raise_on_no_answer=False, search=True)
            except (DNSException, OSError, ValueError):
                return None
        records = answer.rrset or ()
        addresses = tuple(str(record) for record in records)
        return Answer(addresses, answer.chaining_result.minimum_ttl)


def _of_this_host() -> AsyncResolver:
    """Made for every question, because a laptop that moves gets another resolv.conf."""
    try:
        return AsyncResolver()
    except NoResolverConfiguration:
        resolver = AsyncResolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]  # what the C library does
        return resolver
