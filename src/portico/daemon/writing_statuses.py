"""Writes the status of objects. What is written, and when, is decided in status/statuses.py.

They are watched here a second time, by the leader alone and without what they ask for: the plan
must not be compiled anew because we have written the status of an Ingress.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import aclosing, suppress
from typing import Final, Generic, TypeVar

from portico.daemon.writing_pace import Pace
from portico.daemon.writing_patch import StatusObjects
from portico.kube.api.bucket import Bucket
from portico.kube.api.reflector import Batch, Reflector
from portico.kube.api.told import Delete, Key, Put, Recovered, Trouble
from portico.kube.config.errors import KubeError
from portico.kube.http.errors import (
    AnswerError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from portico.lib.backoff import delays
from portico.status.contest import TOLD_FROM
from portico.status.statuses import Failed, Seen, Statuses, Write

log = logging.getLogger("portico.status")

S = TypeVar("S")

Contested = Callable[[Key, str, S], None]
"""Somebody else keeps writing into this object: who, and what."""

NOT_LEADING: Final = 0.5
"""Seconds; by then it is known whether somebody else leads."""


def nobody_is_told(_write: object) -> None:
    """What is written is not told to anybody."""


class StatusWriter(Generic[S]):
    """At work while its replica leads."""

    def __init__(
        self,
        objects: StatusObjects[S],
        pace: Pace,
        may_write: Callable[[], bool],
        contested: Contested[S],
        wrote: Callable[[Write[S]], None] = nobody_is_told,
    ) -> None:
        self.statuses: Statuses[S] = Statuses(pace.patience)
        self.written = 0
        self.trouble = ""
        self._objects, self._pace, self._may_write = objects, pace, may_write
        self._contested, self._wrote = contested, wrote
        self._bucket = Bucket(pace.burst, pace.per_second)
        self._gate = asyncio.Semaphore(pace.writers)
        self._news = asyncio.Event()
        self._held_until = 0.0
        self._delays = delays(first=0.5)

    async def run(self, namespaces: Collection[str]) -> None:
        """Until cancelled. No namespaces are all of them."""
        async with asyncio.TaskGroup() as group:
            for namespace in namespaces or ("",):
                group.create_task(self._follow(group, namespace), name="statuses")
            while True:
                # What is written next is chosen last, so that it is what is wanted now.
                await self._gate.acquire()
                write = await self._next()
                group.create_task(self._write(write), name=f"status of {write.key}")

    def publish(self, shown: S) -> None:
        """All that are ours show this."""
        self.statuses.publish(shown, _now())
        self._news.set()

    def want(self, key: Key, shown: S) -> None:
        """One of them is ours, and shows this."""
        self.statuses.want(key, shown, _now())
        self._news.set()

    def own(self, key: Key, *, is_ours: bool) -> None:
        """Whether one of them is ours."""
        self.statuses.own(key, _now(), is_ours=is_ours)
        self._news.set()

    async def clear(self, nothing: S) -> None:
        """Take back what all of ours show; what cannot be is left."""
        gate = asyncio.Semaphore(self._pace.writers)

        async def cleared(write: Write[S]) -> None:
            async with gate:
                await self._clear(write)

        async with asyncio.TaskGroup() as group:
            for write in list(self.statuses.to_clear(nothing)):
                group.create_task(cleared(write), name=f"clearing {write.key}")

    async def _clear(self, write: Write[S]) -> None:
        try:
            # It may have changed while nobody watched any more: our own last write, for one.
            seen = await self._objects.read(write.key)
            if seen.uid == write.seen.uid and seen.shown == write.seen.shown:
                await self._objects.write(write._replace(seen=seen))
        except KubeError as error:
            log.warning("%s: the status of %s stays: %s", self._objects.what, write.key, error)

    async def _follow(self, group: asyncio.TaskGroup, namespace: str) -> None:
        wanted = self._objects.wanted(namespace)
        async with aclosing(Reflector(self._objects.client, wanted).batches()) as batches:
            async for batch in batches:
                self._take(batch, group)
                self._news.set()

    def _take(self, batch: Batch[Seen[S]], group: asyncio.TaskGroup) -> None:
        for told in batch:
            match told:
                case Put(key, seen):
                    sight = self.statuses.saw(key, seen, _now())
                    if sight.times_overwritten >= TOLD_FROM:
                        report = self._report(key, seen.shown)
                        group.create_task(report, name=f"contest of {key}")
                    elif sight.is_doubtful:
                        group.create_task(self._ask(key), name=f"doubt of {key}")
                case Delete(key):
                    self.statuses.lost(key)
                case Trouble(reason):
                    log.warning("status of %s: %s", self._objects.what, reason)
                case Recovered():
                    log.info("status of %s: followed again", self._objects.what)
                case _:
                    pass

    async def _report(self, key: Key, shown: S) -> None:
        try:
            who = await self._objects.last_writer(key)
        except KubeError:
            who = ""
        self._contested(key, who or "another controller", shown)

    async def _next(self) -> Write[S]:
        while True:
            now = _now()
            if now < self._held_until:
                await asyncio.sleep(self._held_until - now)
                continue
            self._news.clear()
            left = self.statuses.wait(now)
            if left != 0.0:
                await self._pause(left)
            elif not self._bucket.take(now):
                await asyncio.sleep(self._bucket.wait(now))
            elif write := self.statuses.next(now):
                return write

    async def _pause(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    async def _write(self, write: Write[S]) -> None:
        try:
            if self._may_write():
                await self._try(write)
            else:
                self._held_until = _now() + NOT_LEADING
                self.statuses.failed(write.key, Failed.ELSEWHERE, _now())
        finally:
            self._gate.release()
            self._news.set()

    async def _try(self, write: Write[S]) -> None:
        key = write.key
        try:
            seen = await self._objects.write(write)
        except ConflictError:
            await self._look_again(key)
        except NotFoundError:
            self._gone(key)
        except (InvalidError, ForbiddenError) as error:
            self._complain(error)
            self.statuses.failed(key, Failed.INVALID, _now())
        except KubeError as error:
            self._hold(error)
            self.statuses.failed(key, Failed.ELSEWHERE, _now())
        else:
            self.written += 1
            self.trouble, self._delays = "", delays(first=0.5)
            self.statuses.wrote(key, seen, _now())
            self._wrote(write)

    async def _look_again(self, key: Key) -> None:
        try:
            seen = await self._objects.read(key)
        except NotFoundError:
            self._gone(key)
        except KubeError as error:
            self._hold(error)
            self.statuses.failed(key, Failed.ELSEWHERE, _now())
        else:
            self.statuses.failed(key, Failed.CONFLICT, _now())
            if self.statuses.found(key, seen, _now()) >= TOLD_FROM:
                await self._report(key, seen.shown)

    async def _ask(self, key: Key) -> None:
        async with self._gate:
            with suppress(KubeError):  # then a list will tell, or a conflict
                self.statuses.found(key, await self._objects.read(key), _now())
        self._news.set()

    def _gone(self, key: Key) -> None:
        self.statuses.lost(key)
        self.statuses.failed(key, Failed.ELSEWHERE, _now())

    def _hold(self, error: KubeError) -> None:
        """Nobody is written to for a while. Those that fail together count once."""
        if _now() >= self._held_until:
            asked = (error.retry_after or 0.0) if isinstance(error, AnswerError) else 0.0
            self._held_until = _now() + max(asked, next(self._delays))
            self._complain(error)

    def _complain(self, error: KubeError) -> None:
        if str(error) != self.trouble:
            log.warning("status of %s: %s", self._objects.what, error)
        self.trouble = str(error)


def _now() -> float:
    return asyncio.get_running_loop().time()
