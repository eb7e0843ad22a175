"""Writes which Services this node announces at layer 2: every node its own, leader or not."""

import asyncio
import logging
from typing import Final

from msgspec import Struct

from portico.daemon.announcing import Announcer
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
from portico.plan.layer2 import Layer2
from portico.plan.plan import Diff, Plan
from portico.status.announced import (
    LONGEST_LABEL,
    NODE_LABEL,
    STATUSES,
    Shown,
    announced_here,
    assigned,
    document,
    failures,
    object_name,
    status,
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

    def __init__(self, client: Client, namespace: str, identity: str, announcer: Announcer) -> None:
        self._objects = Objects(client, STATUSES, typed(_Object))
        self._namespace, self._announcer = namespace, announcer
        self._events = EventWriter(client, identity, USUAL, lambda _: "")
        self._plan: Plan = {}
        self._node = ""
        self._written: dict[Ref, Shown] | None = None
        self._failed: set[Tiding] = set()

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
        sight = await self._announcer.sight()
        self._node = sight.node
        if self._written is None:
            if not self._has_addresses:
                return  # its kinds may not even be installed
            await self._clear_up()
            self._written = {}
        wanted = announced_here(self._plan, sight)
        for service in self._written.keys() - wanted.keys():
            await self._delete(object_name(sight.node, service))
            del self._written[service]
        for service, shown in wanted.items():
            if self._written.get(service) != shown:
                await self._write(shown)
                if service not in self._written:
                    await self._events.tell(assigned(sight.node, service))
                self._written[service] = shown
        failed = set(failures(self._plan, sight))
        for tiding in failed - self._failed:
            await self._events.tell(tiding)
        self._failed = failed

    @property
    def _has_addresses(self) -> bool:
        return any(isinstance(unit, Layer2) for unit in self._plan.values())

    async def _write(self, shown: Shown) -> None:
        whole = document(self._node, self._namespace, shown)
        key = Key(self._namespace, object_name(self._node, shown.service))
        await self._objects.apply(key, whole)
        await self._objects.apply(key, {**whole, "status": status(self._node, shown)}, "status")

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
                if self._node and self._has_addresses:
                    await self._clear_up()
        except KubeError as error:
            log.warning("who announces addresses stays written: %s", error)
        except TimeoutError:
            log.warning("who announces addresses stays written: taking it back took too long")
