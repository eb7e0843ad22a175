"""One time of leading: who writes, from the first look to the goodbye."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from portico.daemon.writing_addresses import AddressWatch, Place
from portico.daemon.writing_events import EventWriter
from portico.daemon.writing_pace import Pace
from portico.daemon.writing_patch import IngressStatuses
from portico.daemon.writing_statuses import StatusWriter
from portico.kube.api.told import Key
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.model.networking import Ingress
from portico.model.ref import Ref
from portico.status.addresses import Published, Unknown
from portico.status.publish import Addresses, Publish
from portico.status.tidings import contested
from portico.status.verdicts import Verdicts

log = logging.getLogger("portico.status")


class Errand(NamedTuple):
    """What is to be told, and where we are. No namespaces are all of them."""

    publish: Publish
    place: Place
    namespaces: Collection[str] = ()


class Writers(NamedTuple):
    """Who we are, for the server and for its readers, and whether we may write right now."""

    client: Client
    identity: str
    may_write: Callable[[], bool]


class Shift:
    """Begins anew, and believes nothing that an earlier one has seen."""

    def __init__(self, writers: Writers, errand: Errand, verdicts: Verdicts, pace: Pace) -> None:
        self._errand, self._verdicts, self._pace = errand, verdicts, pace
        client = writers.client
        self._watch = AddressWatch(client, errand.publish, errand.place, pace.addresses_settle)
        self.statuses = StatusWriter(
            IngressStatuses(client), pace, writers.may_write, self._contested
        )
        self.events = EventWriter(client, writers.identity, pace, self._uid)
        self.unknown = ""
        self._contests: asyncio.Queue[tuple[Ref, str, str]] = asyncio.Queue()

    async def run(self) -> None:
        """Until cancelled."""
        self.take(self._verdicts.ours)
        self.take(self._verdicts.refs())
        async with asyncio.TaskGroup() as group:
            group.create_task(self.events.run(), name="owners")
            group.create_task(self._tell_contests(), name="contests")
            if self._errand.publish.is_on:
                statuses = self.statuses.run(self._errand.namespaces)
                group.create_task(statuses, name="statuses")
                group.create_task(self._watch.run(self._publish), name="addresses")

    def take(self, changed: Iterable[Ref]) -> None:
        """These objects stand differently now."""
        for ref in changed:
            if ref.kind == Ingress.KIND:
                is_ours = ref in self._verdicts.ours
                self.statuses.own(Key(ref.namespace, ref.name), is_ours=is_ours)
            if self._verdicts.concerns(ref):
                self.events.stand(ref, self._verdicts.refused(ref))
            else:
                self.events.forget(ref)

    async def say_goodbye(self) -> None:
        """Nobody is to be led to us any more, if nobody is there. Never raises KubeError."""
        publish, shown = self._errand.publish, self.statuses.statuses.published
        # Several addresses are several machines, and one of those serves on.
        if not (publish.is_on and publish.clears_on_exit and shown and len(shown) == 1):
            return
        try:
            async with asyncio.timeout(self._pace.longest_clearing):
                if not await self._watch.has_other_replicas():
                    log.info("clearing the status of Ingresses; see --update-status-on-shutdown")
                    await self.statuses.clear(())
        except KubeError as error:
            log.warning("the status of Ingresses stays as it is: %s", error)
        except TimeoutError:
            log.warning("the status of some Ingresses stays as it is: clearing it took too long")

    def _publish(self, found: Published) -> None:
        if isinstance(found, Unknown):
            self.unknown = found.reason
            log.warning("the addresses of Ingresses: %s", found.reason)
            return
        self.unknown = ""
        log.info("the addresses of Ingresses: %s", _text(found) or "none")
        self.statuses.publish(found)

    def _contested(self, key: Key, who: str, addresses: Addresses) -> None:
        log.warning("the status of Ingress %s: %s keeps writing it, too", key, who)
        self._contests.put_nowait((Ref(Ingress.KIND, *key), who, _text(addresses)))

    async def _tell_contests(self) -> None:
        while True:
            await self.events.tell(contested(*await self._contests.get()))

    def _uid(self, ref: Ref) -> str:
        if ref.kind != Ingress.KIND:
            return ""
        seen = self.statuses.statuses.seen(Key(ref.namespace, ref.name))
        return seen.uid if seen else ""


def _text(addresses: Addresses) -> str:
    return ", ".join(map(str, addresses))
