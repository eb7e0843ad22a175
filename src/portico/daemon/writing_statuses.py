"""Writes the status of Ingresses. What is written, and when, is decided in status/statuses.py.

The Ingresses are watched here a second time, by the leader alone and without what they ask for:
the plan must not be compiled anew because we have written a status.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import aclosing, suppress
from typing import Final

from portico.daemon.writing_pace import Pace
from portico.daemon.writing_patch import IngressStatuses, seen_of
from portico.kube.api.bucket import Bucket
from portico.kube.api.reflector import Batch, Reflector
from portico.kube.api.told import Delete, Key, Put, Recovered, Trouble
from portico.kube.api.wanted import Wanted
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import (
    AnswerError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from portico.lib.backoff import delays
from portico.status.contest import TOLD_FROM
from portico.status.own_objects import INGRESSES, IngressStatus, read_ingress
from portico.status.publish import Addresses
from portico.status.statuses import Failed, Statuses, Write

log = logging.getLogger("portico.status")

Contested = Callable[[Key, str, Addresses], None]
"""Somebody else keeps writing into this Ingress: who, and what."""

NOT_LEADING: Final = 0.5
"""Seconds; by then it is known whether somebody else leads."""


class StatusWriter:
    """At work while its replica leads."""

    def __init__(
        self, client: Client, pace: Pace, may_write: Callable[[], bool], contested: Contested
    ) -> None:
        self.statuses = Statuses(pace.patience)
        self.written = 0
        self.trouble = ""
        self._client, self._pace, self._may_write = client, pace, may_write
        self._contested = contested
        self._objects = IngressStatuses(client)
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

    def publish(self, addresses: Addresses) -> None:
        self.statuses.publish(addresses, _now())
        self._news.set()

    def own(self, key: Key, *, is_ours: bool) -> None:
        """Whether an Ingress is ours."""
        self.statuses.own(key, _now(), is_ours=is_ours)
        self._news.set()

    async def clear(self) -> None:
        """Take back what every Ingress of ours shows; what cannot be is left."""
        gate = asyncio.Semaphore(self._pace.writers)

        async def cleared(write: Write) -> None:
            async with gate:
                await self._clear(write)

        async with asyncio.TaskGroup() as group:
            for write in list(self.statuses.to_clear()):
                group.create_task(cleared(write), name=f"clearing {write.key}")

    async def _clear(self, write: Write) -> None:
        try:
            # It may have changed while nobody watched any more: our own last write, for one.
            seen = await self._objects.read(write.key)
            if seen.uid == write.seen.uid and seen.addresses == write.seen.addresses:
                await self._objects.write(write._replace(seen=seen))
        except KubeError as error:
            log.warning("the status of Ingress %s stays: %s", write.key, error)

    async def _follow(self, group: asyncio.TaskGroup, namespace: str) -> None:
        wanted = Wanted(INGRESSES, read_ingress, namespace)
        async with aclosing(Reflector(self._client, wanted).batches()) as batches:
            async for batch in batches:
                self._take(batch, group)
                self._news.set()

    def _take(self, batch: Batch[IngressStatus], group: asyncio.TaskGroup) -> None:
        for told in batch:
            match told:
                case Put(key, found):
                    seen = seen_of(found)
                    sight = self.statuses.saw(key, seen, _now())
                    if sight.times_overwritten >= TOLD_FROM:
                        report = self._report(key, seen.addresses)
                        group.create_task(report, name=f"contest of {key}")
                    elif sight.is_doubtful:
                        group.create_task(self._ask(key), name=f"doubt of {key}")
                case Delete(key):
                    self.statuses.lost(key)
                case Trouble(reason):
                    log.warning("status of Ingresses: %s", reason)
                case Recovered():
                    log.info("status of Ingresses: followed again")
                case _:
                    pass

    async def _report(self, key: Key, addresses: Addresses) -> None:
        try:
            who = await self._objects.last_writer(key)
        except KubeError:
            who = ""
        self._contested(key, who or "another controller", addresses)

    async def _next(self) -> Write:
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

    async def _write(self, write: Write) -> None:
        try:
            if self._may_write():
                await self._try(write)
            else:
                self._held_until = _now() + NOT_LEADING
                self.statuses.failed(write.key, Failed.ELSEWHERE, _now())
        finally:
            self._gate.release()
            self._news.set()

    async def _try(self, write: Write) -> None:
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
                await self._report(key, seen.addresses)

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
            log.warning("status of Ingresses: %s", error)
        self.trouble = str(error)


def _now() -> float:
    return asyncio.get_running_loop().time()
