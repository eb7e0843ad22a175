"""Writes which Services this node announces: every node its own, leader or not."""

import asyncio
import logging
from typing import Final

from msgspec import Struct

from portico.daemon.ways import Way
from portico.daemon.writing_events import EventWriter
from portico.daemon.writing_pace import USUAL
from portico.kube.api.objects import Objects
from portico.kube.api.told import Key
from portico.kube.api.wanted import typed
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import NotFoundError
from portico.lib.backoff import delays
from portico.model.ref import Ref
from portico.plan.plan import Diff, Plan
from portico.status.announced import (
    LONGEST_LABEL,
    NODE_LABEL,
    Shown,
    assigned,
    document,
    object_name,
)
from portico.status.tidings import Tiding

log = logging.getLogger("portico.status")

PAUSE: Final = 1.0
"""Seconds between two looks at what is announced."""

LAST_PATIENCE: Final = 3.0


class _Metadata(Struct, frozen=True):
    name: str = ""


class _Object(Struct, frozen=True):
    metadata: _Metadata


class AnnouncedWriter:
    """`follow` every plan, and `run` once; cancelling that takes back what was written."""

    def __init__(self, client: Client, namespace: str, identity: str, way: Way) -> None:
        self._objects = Objects(client, way.resource, typed(_Object))
        self._namespace, self._way = namespace, way
        self._events = EventWriter(client, identity, USUAL, lambda _: "")
        self._plan: Plan = {}
        self._node = ""
        self._written: dict[Ref, Shown] | None = None
        self._failed: frozenset[Tiding] = frozenset()

    def follow(self, plan: Plan, hint: Diff) -> None:
        self._plan = plan

    async def run(self) -> None:
        """Until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._events.run(), name="events of addresses")
                group.create_task(self._keep(), name="who announces")
        finally:
            await self._take_back()

    async def _keep(self) -> None:
        pauses = delays(first=PAUSE)
        trouble = ""
        while True:
            try:
                await self._look()
            except KubeError as error:
                if str(error) != trouble:
                    log.warning("who announces addresses is not written: %s", error)
                trouble, pause = str(error), next(pauses)
            else:
                trouble, pauses, pause = "", delays(first=PAUSE), PAUSE
            await asyncio.sleep(pause)

    async def _look(self) -> None:
        """Once. Nothing is asked of the server where nothing has changed."""
        seen = await self._way.look(self._plan)
        self._node = seen.node
        if self._written is None:
            if not self._way.concerns(self._plan):
                return  # its kinds may not even be installed
            await self._clear_up()
            self._written = {}
        wanted = seen.shown
        for service in self._written.keys() - wanted.keys():
            await self._delete(self._name(service))
            del self._written[service]
        for service, shown in wanted.items():
            if self._written.get(service) != shown:
                await self._write(shown)
                if service not in self._written:
                    await self._events.tell(assigned(seen.node, service, self._way.protocol))
                self._written[service] = shown
        for tiding in seen.failed - self._failed:
            await self._events.tell(tiding)
        self._failed = seen.failed

    def _name(self, service: Ref) -> str:
        return object_name(self._way.resource, self._node, service)

    async def _write(self, shown: Shown) -> None:
        whole = document(self._way.resource, self._node, self._namespace, shown)
        key = Key(self._namespace, self._name(shown.service))
        await self._objects.apply(key, whole)
        told = {**whole, "status": self._way.status(self._node, shown)}
        await self._objects.apply(key, told, "status")

    async def _clear_up(self) -> None:
        """Whatever there is of this node, also from somebody who was killed."""
        label = self._node[:LONGEST_LABEL].rstrip("-.")
        pages = self._objects.pages(self._namespace, labels=f"{NODE_LABEL}={label}")
        left = [found.metadata.name async for page in pages for found in page]
        for name in left:
            await self._delete(name)

    async def _delete(self, name: str) -> None:
        try:
            await self._objects.delete(Key(self._namespace, name))
        except NotFoundError:
            return

    async def _take_back(self) -> None:
        """Others announce now; never raises KubeError."""
        try:
            async with asyncio.timeout(LAST_PATIENCE):
                if self._node and self._way.concerns(self._plan):
                    await self._clear_up()
        except KubeError as error:
            log.warning("who announces addresses stays written: %s", error)
        except TimeoutError:
            log.warning("who announces addresses stays written: taking it back took too long")
