"""Watches what says where we can be reached, and tells which addresses follow from it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, MutableMapping
from contextlib import aclosing
from typing import Final, NamedTuple, TypeVar

from portico.kube.api.objects import Objects
from portico.kube.api.reflector import Reflector
from portico.kube.api.resource import Resource
from portico.kube.api.told import Delete, Key, Put, Recovered, Synced, Trouble
from portico.kube.api.wanted import Wanted
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.lib.backoff import delays
from portico.status.addresses import Published, Surroundings, Unknown, published
from portico.status.own_objects import (
    NODES,
    PODS,
    SERVICES,
    OwnPod,
    read_node,
    read_pod,
    read_service,
    selector,
)
from portico.status.publish import Publish

log = logging.getLogger("portico.status")

T = TypeVar("T")

NO_POD: Final = Unknown(
    "which pod this is (POD_NAMESPACE, POD_NAME) is not known, and so neither which nodes are ours;"
    " say --publish-service or --publish-status-address"
)


class Place(NamedTuple):
    """Which pod this is; without a name it is none."""

    namespace: str
    pod: str = ""


def place_of(environment: Mapping[str, str], namespace: str) -> Place:
    """As the manifest tells us, under the names that controllers have for it."""
    told = environment.get("POD_NAMESPACE", "")
    return Place(told or namespace, environment.get("POD_NAME", "") if told else "")


class AddressWatch:
    """Follows only what the choice depends on."""

    def __init__(self, client: Client, publish: Publish, place: Place, settle: float) -> None:
        self._client, self._publish, self._place = client, publish, place
        self._settle = settle
        self._around = Surroundings()
        self._unsynced: set[Resource] = set()
        self._news = asyncio.Event()

    async def run(self, tell: Callable[[Published], None]) -> None:
        """Tell what is to be published, and what is from then on."""
        if self._publish.by_nodes and not self._place.pod:
            tell(NO_POD)
            return
        async with asyncio.TaskGroup() as group:
            for each in await self._followed():
                group.create_task(each, name="addresses")
            group.create_task(self._tell(tell), name="published addresses")

    async def has_other_replicas(self) -> bool:
        """Whether somebody serves on when we are gone. Raises KubeError."""
        if not self._place.pod:
            return True  # who cannot look has to assume it
        wanted = await self._replicas()
        pods = Objects(self._client, PODS, read_pod)
        selected = pods.pages(wanted.namespace, wanted.labels, wanted.fields)
        async with aclosing(selected) as pages:
            found = [pod async for page in pages for pod in page]
        return any(pod.is_staying and pod.metadata.name != self._place.pod for pod in found)

    async def _followed(self) -> list[Coroutine[None, None, None]]:
        around = self._around
        if self._publish.addresses:
            self._news.set()
            return []
        if service := self._publish.service:
            one = f"metadata.name={service.name}"
            wanted = Wanted(SERVICES, read_service, service.namespace, fields=one)
            return [self._follow(wanted, around.services)]
        replicas = await self._replicas_in_the_end()
        nodes = Wanted(NODES, read_node)
        return [self._follow(replicas, around.pods), self._follow(nodes, around.nodes)]

    async def _replicas_in_the_end(self) -> Wanted[OwnPod]:
        for delay in delays(first=1.0):
            try:
                return await self._replicas()
            except KubeError as error:
                log.warning("the pods of this deployment: %s", error)
            await asyncio.sleep(delay)
        raise AssertionError("delays never end")

    async def _replicas(self) -> Wanted[OwnPod]:
        """All pods that carry what our own does."""
        namespace, name = self._place
        own = await Objects(self._client, PODS, read_pod).get(Key(namespace, name))
        labels = selector(own.metadata.labels or {})
        only = "" if labels else f"metadata.name={name}"
        return Wanted(PODS, read_pod, namespace, labels, only)

    async def _follow(self, wanted: Wanted[T], known: MutableMapping[Key, T]) -> None:
        self._unsynced.add(wanted.resource)
        async with aclosing(Reflector(self._client, wanted).batches()) as batches:
            async for batch in batches:
                for told in batch:
                    match told:
                        case Put(key, found):
                            known[key] = found
                        case Delete(key):
                            known.pop(key, None)
                        case Synced():
                            self._unsynced.discard(wanted.resource)
                        case Trouble(reason):
                            log.warning("%s: %s", wanted.resource, reason)
                        case Recovered():
                            log.info("%s: followed again", wanted.resource)
                        case _:
                            pass
                self._news.set()

    async def _tell(self, tell: Callable[[Published], None]) -> None:
        before: Published | None = None
        while True:
            await self._news.wait()
            if before is not None:
                await asyncio.sleep(self._settle)
            self._news.clear()
            if self._unsynced:
                continue
            now = published(self._publish, self._around)
            if now != before:
                before = now
                tell(now)
