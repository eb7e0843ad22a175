"""The objects of one kind as they are now: by a watch, or by asking where no watch is allowed."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Final, Generic, TypeVar

from portico.forward.pods import Pod
from portico.forward.services import Service, Slice
from portico.kube.api.objects import Objects
from portico.kube.api.pace import Pace
from portico.kube.api.reflector import Reflector
from portico.kube.api.told import Delete, Key, Put, Recovered, Synced, Told, Trouble, Unread
from portico.kube.api.wanted import Wanted
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import ForbiddenError, NotFoundError

PACE: Final = Pace(first_pause=0.2, longest_pause=5.0)
"""Somebody is waiting at the keyboard."""

T = TypeVar("T", Pod, Service, Slice)

ASK_EVERY: Final = 2.0
"""Seconds, where a watch is denied and a list is not."""

DENIED_PAUSE: Final = 30.0

DOUBT_EVERY: Final = 2.0


class Table(Generic[T]):
    """Of one kind. `changed` is called when what is known is whole, and after each change."""

    def __init__(
        self, client: Client, wanted: Wanted[T], changed: Callable[[], None], name: str = ""
    ) -> None:
        """`name`, if it is one object, which may be asked for where a list is denied."""
        self._client, self._changed, self._name = client, changed, name
        self._wanted: Wanted[T] = wanted
        self.objects: dict[str, T] = {}
        self.is_whole = False
        self.denied: KubeError | None = None
        """Why none of it may be read."""
        self.trouble = ""
        self._is_doubted = asyncio.Event()
        self._began_at = 0.0

    def doubt(self) -> None:
        """What is known may be old, as the watch may be dead: everything is read again.

        Unless that has just begun: what tries in vain, in a row, has one doubt.
        """
        if asyncio.get_running_loop().time() >= self._began_at + DOUBT_EVERY:
            self._is_doubted.set()

    def want(self, wanted: Wanted[T]) -> None:
        """Follow others from now on."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._is_doubted.set()

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            self._is_doubted.clear()
            self._began_at = asyncio.get_running_loop().time()
            async with asyncio.TaskGroup() as group:
                following = group.create_task(self._follow())
                doubting = group.create_task(self._is_doubted.wait())
                await asyncio.wait({following, doubting}, return_when=asyncio.FIRST_COMPLETED)
                following.cancel()
                doubting.cancel()

    async def _follow(self) -> None:
        reflector = Reflector(self._client, self._wanted, PACE)
        fresh: dict[str, T] | None = {}
        async with aclosing(reflector.batches()) as batches:
            async for batch in batches:
                for told in batch:
                    fresh = self._take(told, fresh)
                if isinstance(reflector.trouble, ForbiddenError) and fresh is not None:
                    self.trouble = ""
                    break
                if fresh is None or self.trouble:
                    self._changed()
        await self._ask()

    def _take(self, told: Told[T], fresh: dict[str, T] | None) -> dict[str, T] | None:
        objects = self.objects if fresh is None else fresh
        match told:
            case Put(key, found):
                objects[key.name] = found
            case Delete(key):
                objects.pop(key.name, None)
            case Synced():
                self._is_all(objects)
                return None
            case Trouble(reason):
                self.trouble = reason
            case Recovered():
                self.trouble = ""
            case Unread():
                pass  # it stays as it was
        return fresh

    def _is_all(self, objects: dict[str, T]) -> None:
        self.objects, self.is_whole = objects, True
        self.denied, self.trouble = None, ""

    async def _ask(self) -> None:
        """Where no watch is allowed."""
        wanted = self._wanted
        objects = Objects(self._client, wanted.resource, wanted.decode)
        while True:
            pause = ASK_EVERY
            try:
                found = await self._asked(objects)
            except ForbiddenError as error:
                self.denied, pause = error, DENIED_PAUSE
            except KubeError as error:
                self.trouble = str(error)
            else:
                self._is_all(found)
            self._changed()
            await asyncio.sleep(pause)

    async def _asked(self, objects: Objects[T]) -> dict[str, T]:
        """All that there is now. Raises KubeError."""
        wanted, found = self._wanted, dict[str, T]()
        try:
            pages = objects.pages(wanted.namespace, wanted.labels, wanted.fields)
            async with aclosing(pages):
                async for page in pages:
                    found |= {each.metadata.name: each for each in page}
        except ForbiddenError:
            if not self._name:
                raise
            try:
                found = {self._name: await objects.get(Key(wanted.namespace, self._name))}
            except NotFoundError:
                found = {}
        return found
