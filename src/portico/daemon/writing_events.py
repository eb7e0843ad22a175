"""Writes Events: what is refused of objects, and when that is over."""

import asyncio
from collections.abc import Callable

from msgspec import Struct

from portico.daemon.writing_pace import Pace
from portico.kube.api.event_record import Happening, Reporter
from portico.kube.api.events import Events
from portico.kube.api.objects import Objects
from portico.kube.api.told import Key
from portico.kube.api.wanted import typed
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import NotFoundError
from portico.model.ref import Ref
from portico.plan.verdict import Refusal
from portico.status.kinds import RESOURCE_OF, regarding
from portico.status.tidings import Tiding, Tidings

CONTROLLER = "portico.dev/ingress"

ACTION = "Serve"


class _Metadata(Struct, frozen=True):
    uid: str = ""


class _Object(Struct, frozen=True):
    metadata: _Metadata


class EventWriter:
    """At work while its replica leads. `uid_of` tells of objects that are known; "" otherwise."""

    def __init__(
        self, client: Client, identity: str, pace: Pace, uid_of: Callable[[Ref], str]
    ) -> None:
        self.events = Events(client, Reporter(CONTROLLER, identity), pace.events_limits)
        self._tidings = Tidings(pace.refusals_settle)
        self._client, self._uid_of = client, uid_of
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.events.run(), name="events")
            while True:
                self._news.clear()
                for tiding in self._tidings.due(_now()):
                    await self.tell(tiding)
                await self._pause(self._tidings.wait(_now()))

    def stand(self, ref: Ref, refused: tuple[Refusal, ...]) -> None:
        """This is what is refused of an object now."""
        if ref.kind in RESOURCE_OF:
            self._tidings.stand(ref, refused, _now())
            self._news.set()

    def forget(self, ref: Ref) -> None:
        self._tidings.forget(ref)

    async def tell(self, tiding: Tiding) -> None:
        """Of an object that is gone there is nothing to tell."""
        try:
            uid = self._uid_of(tiding.ref) or await self._uid(tiding.ref)
        except NotFoundError:
            return
        except KubeError:
            uid = ""
        about = regarding(tiding.ref, uid)
        happening = Happening(about, tiding.reason, tiding.note, ACTION, tiding.is_warning)
        self.events.tell(happening)

    async def _uid(self, ref: Ref) -> str:
        objects = Objects(self._client, RESOURCE_OF[ref.kind], typed(_Object))
        return (await objects.get(Key(ref.namespace, ref.name))).metadata.uid

    async def _pause(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return


def _now() -> float:
    return asyncio.get_running_loop().time()
