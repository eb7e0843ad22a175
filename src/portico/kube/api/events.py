"""Events: what happened to objects, told to their owners by way of the API. Never fails who tells.

What happens again is counted, and the count written now and then. Who floods gets less: each object
has a few events at once and then one in minutes, and all of them together have a rate. What does
not fit is dropped and counted, as the API's own recorders do.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from msgspec import Raw

from portico.kube.api.bucket import Bucket
from portico.kube.api.event_record import (
    EVENTS,
    Happening,
    Reporter,
    event,
    event_name,
    series,
)
from portico.kube.api.objects import Objects
from portico.kube.api.told import Key
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import (
    AnswerError,
    ConflictError,
    NotFoundError,
    ServerError,
    TooManyRequestsError,
)
from portico.lib import clock


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, and how many."""

    forget_after: float = 360.0
    """What happens again after that is a new event."""
    repeat_after: float = 60.0
    """Between two writes of one count."""
    burst: int = 25
    per_second: float = 1 / 300
    """Of one object; as client-go has it."""
    all_burst: int = 100
    all_per_second: float = 10.0
    kept: int = 4096
    pause: float = 2.0
    tries: int = 5


USUAL: Final = Limits()


@dataclass(slots=True)
class _Entry:
    number: int
    count: int
    last: float
    due: float
    written: int = 0
    failures: int = 0

    @property
    def is_waiting(self) -> bool:
        return self.count > self.written


class Events:
    """Tell from anywhere on the loop; `run` writes."""

    def __init__(self, client: Client, reporter: Reporter, limits: Limits = USUAL) -> None:
        self._objects = Objects(client, EVENTS, _unread)
        self._reporter, self._limits = reporter, limits
        self._entries: OrderedDict[Happening, _Entry] = OrderedDict()
        self._buckets: OrderedDict[tuple[str, str, str], Bucket] = OrderedDict()
        self._all = Bucket(limits.all_burst, limits.all_per_second)
        self._number = round(clock.now() * 1e9)
        self._news = asyncio.Event()
        self.dropped = 0

    def tell(self, happening: Happening) -> None:
        """At once, and without a doubt that it can be done."""
        now = _now()
        entry = self._entries.get(happening)
        if entry is not None and now - entry.last <= self._limits.forget_after:
            entry.count += 1
            entry.last = now
        elif self._bucket(happening).take(now):
            self._number += 1
            self._entries[happening] = _Entry(self._number, 1, now, now)
        else:
            self.dropped += 1
            return
        self._entries.move_to_end(happening)
        while len(self._entries) > self._limits.kept:
            _, old = self._entries.popitem(last=False)
            self.dropped += old.is_waiting
        self._news.set()

    async def run(self) -> None:
        """Write what was told, until cancelled."""
        while True:
            self._news.clear()
            due = self._next()
            if due is None:
                await self._news.wait()
                continue
            happening, at = due
            wait = max(at - _now(), self._all.wait(_now()))
            if wait > 0:
                await self._pause(wait)
                continue
            self._all.take(_now())
            await self._write(happening)

    def _next(self) -> tuple[Happening, float] | None:
        waiting = ((each, entry.due) for each, entry in self._entries.items() if entry.is_waiting)
        return min(waiting, key=lambda pair: pair[1], default=None)

    async def _pause(self, seconds: float) -> None:
        """Or until there is news, which may be due earlier."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    async def _write(self, happening: Happening) -> None:
        entry = self._entries[happening]
        count = entry.count
        try:
            await self._put(happening, entry, count)
        except KubeError as error:
            self._failed(happening, entry, error)
            return
        entry.written, entry.failures = count, 0
        entry.due = _now() + self._limits.repeat_after

    async def _put(self, happening: Happening, entry: _Entry, count: int) -> None:
        name = event_name(happening.regarding, entry.number)
        if entry.written:
            try:
                await self._objects.merge(
                    Key(happening.namespace, name), series(count, clock.now())
                )
            except NotFoundError:
                entry.written = 0  # the server forgets events after an hour
            else:
                return
        told = event(happening, name, self._reporter, clock.now())
        try:
            await self._objects.create(happening.namespace, told)
        except ConflictError:
            return  # an earlier try has arrived after all

    def _failed(self, happening: Happening, entry: _Entry, error: KubeError) -> None:
        entry.failures += 1
        may_pass = not isinstance(error, AnswerError) or isinstance(
            error, ServerError | TooManyRequestsError
        )
        if may_pass and entry.failures < self._limits.tries:
            asked = (error.retry_after or 0.0) if isinstance(error, AnswerError) else 0.0
            entry.due = _now() + max(asked, self._limits.pause * entry.failures)
            return
        self.dropped += 1
        self._entries.pop(happening, None)

    def _bucket(self, happening: Happening) -> Bucket:
        about = happening.regarding
        key = (about.kind, about.namespace, about.name)
        bucket = self._buckets.setdefault(key, Bucket(self._limits.burst, self._limits.per_second))
        self._buckets.move_to_end(key)
        while len(self._buckets) > self._limits.kept:
            self._buckets.popitem(last=False)
        return bucket


def _unread(_: Raw) -> None:
    """What the server makes of an event is of no interest."""


def _now() -> float:
    return asyncio.get_running_loop().time()
