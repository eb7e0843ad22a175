"""One time of leading: who writes, from the first look to the goodbye."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from portico.daemon.writing_addresses import AddressWatch, Place
from portico.daemon.writing_events import EventWriter
from portico.daemon.writing_pace import Pace
from portico.daemon.writing_patch import IngressStatuses
from portico.daemon.writing_pools import PoolWriter
from portico.daemon.writing_services import ServiceStatuses
from portico.daemon.writing_statuses import StatusWriter
from portico.ipam.address_usage import Usages
from portico.kube.api.told import Key
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.model.core import Service
from portico.model.networking import Ingress
from portico.model.ref import Ref
from portico.status.addresses import Published, Unknown
from portico.status.publish import Addresses, Publish
from portico.status.services import Entitled, Shown, written
from portico.status.statuses import Write
from portico.status.tidings import Tiding, contested
from portico.status.verdicts import Verdicts

log = logging.getLogger("portico.status")


class Errand(NamedTuple):
    """What is to be told, and where we are. No namespaces are all of them."""

    publish: Publish
    place: Place
    namespaces: Collection[str] = ()
    gives_addresses: bool = False
    """Whether Services of type LoadBalancer get addresses from us."""


class News(NamedTuple):
    """What the plan says of those who are to be told something; kept up to date by the owner."""

    verdicts: Verdicts
    entitled: Entitled
    usages: Usages


class Changed(NamedTuple):
    """What is other than before: objects that stand differently, Services that show something
    else, and whether any pool is used otherwise.
    """

    refs: Iterable[Ref]
    services: Iterable[Key]
    are_pools: bool


class Writers(NamedTuple):
    """Who we are, for the server and for its readers, and whether we may write right now."""

    client: Client
    identity: str
    may_write: Callable[[], bool]


class Shift:
    """Begins anew, and believes nothing that an earlier one has seen."""

    def __init__(self, writers: Writers, errand: Errand, news: News, pace: Pace) -> None:
        self._errand, self._news, self._pace = errand, news, pace
        self._verdicts = news.verdicts
        client = writers.client
        self._watch = AddressWatch(client, errand.publish, errand.place, pace.addresses_settle)
        self.statuses = StatusWriter(
            IngressStatuses(client), pace, writers.may_write, self._contested
        )
        self.services = StatusWriter(
            ServiceStatuses(client), pace, writers.may_write, self._service_contested, self._wrote
        )
        self._pools = PoolWriter(client, news.usages, writers.may_write, pace.pools_settle)
        self.events = EventWriter(client, writers.identity, pace, self._uid)
        self.unknown = ""
        self._tidings: asyncio.Queue[Tiding] = asyncio.Queue()

    async def run(self) -> None:
        """Until cancelled."""
        refs = (*self._verdicts.ours, *self._verdicts.refs())
        self.take(Changed(refs, list(self._news.entitled.services()), are_pools=True))
        async with asyncio.TaskGroup() as group:
            group.create_task(self.events.run(), name="owners")
            group.create_task(self._tell(), name="tidings")
            if self._errand.gives_addresses:
                services = self.services.run(self._errand.namespaces)
                group.create_task(services, name="statuses of Services")
                group.create_task(self._pools.run(), name="statuses of pools")
            if self._errand.publish.is_on:
                statuses = self.statuses.run(self._errand.namespaces)
                group.create_task(statuses, name="statuses")
                group.create_task(self._watch.run(self._publish), name="addresses")

    def take(self, changed: Changed) -> None:
        for service in changed.services:
            shown = self._news.entitled.of(service)
            if shown is None:
                self.services.own(service, is_ours=False)
            else:
                self.services.want(service, shown)
        if changed.are_pools:
            self._pools.follow()
        for ref in changed.refs:
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
        self._tidings.put_nowait(contested(Ref(Ingress.KIND, *key), who, _text(addresses)))

    def _service_contested(self, key: Key, who: str, shown: Shown) -> None:
        log.warning("the status of Service %s: %s keeps writing it, too", key, who)
        told = contested(Ref(Service.KIND, *key), who, ", ".join(shown.addresses))
        self._tidings.put_nowait(told)

    def _wrote(self, write: Write[Shown]) -> None:
        service = Ref(Service.KIND, *write.key)
        if tiding := written(service, write.seen.shown, write.shown):
            self._tidings.put_nowait(tiding)

    async def _tell(self) -> None:
        while True:
            await self.events.tell(await self._tidings.get())

    def _uid(self, ref: Ref) -> str:
        key = Key(ref.namespace, ref.name)
        match ref.kind:
            case Ingress.KIND:
                ingress = self.statuses.statuses.seen(key)
                return ingress.uid if ingress else ""
            case Service.KIND:
                service = self.services.statuses.seen(key)
                return service.uid if service else ""
            case _:
                return ""


def _text(addresses: Addresses) -> str:
    return ", ".join(map(str, addresses))
