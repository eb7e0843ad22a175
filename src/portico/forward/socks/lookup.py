"""From what a name means to a target: asks the API server where only it can know."""

import asyncio
from contextlib import aclosing
from typing import Final, NamedTuple

from portico.forward.errors import ServerSaidNoError, from_kube
from portico.forward.kinds import POD, SERVICE, Target
from portico.forward.pods import Pod
from portico.forward.services import Service
from portico.forward.socks.names import Meant
from portico.kube.api.objects import Objects
from portico.kube.api.told import Key
from portico.kube.api.wanted import typed
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import ForbiddenError, NotFoundError

NOT_FOUND: Final = "NotFound"

GOOD_FOR: Final = 30.0
"""Seconds that what a name leads to is taken for granted, as a DNS would."""

MOST: Final = 1024
"""Names."""


class Place(NamedTuple):
    """A target and its namespace."""

    target: Target
    namespace: str


class Lookup:
    """Of one cluster; `namespace` is that of names without one."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._namespace = namespace
        self._found: dict[Meant, tuple[Place, float]] = {}
        self._services = Objects(client, SERVICE.resource, typed(Service))
        self._pods = Objects(client, POD.resource, typed(Pod))

    async def find(self, meant: Meant) -> Place:
        """Raises ForwardError."""
        now = asyncio.get_running_loop().time()
        place, until = self._found.get(meant, (None, 0.0))
        if place is None or until < now:
            place = await self._find(meant)
            if len(self._found) >= MOST:
                self._found.clear()
            self._found[meant] = place, now + GOOD_FOR
        return place

    async def _find(self, meant: Meant) -> Place:
        namespace = meant.namespace or self._namespace
        try:
            if meant.address:
                return await self._by_address(meant.address, meant.namespace)
            if meant.pod:
                return Place(Target(POD, meant.pod), namespace)
            return await self._service(meant, namespace)
        except KubeError as error:
            raise from_kube(error) from None

    async def _service(self, meant: Meant, namespace: str) -> Place:
        key = Key(namespace, meant.service)
        try:
            await self._services.get(key)
        except NotFoundError:
            if not meant.or_pod or not await self._is_pod(key):
                raise
            return Place(Target(POD, meant.service), namespace)
        return Place(Target(SERVICE, meant.service), namespace)

    async def _is_pod(self, key: Key) -> bool:
        try:
            await self._pods.get(key)
        except (NotFoundError, ForbiddenError):
            return False
        return True

    async def _by_address(self, address: str, namespace: str) -> Place:
        try:
            found = await self._look(address, namespace)
        except ForbiddenError:
            if namespace:
                raise
            # Not everybody may look into all namespaces.
            found = await self._look(address, self._namespace)
        if found:
            return found
        told = f"no pod and no Service has the address {address}"
        raise ServerSaidNoError(NOT_FOUND, told)

    async def _look(self, address: str, namespace: str) -> Place | None:
        async with aclosing(self._pods.pages(namespace, fields=f"status.podIP={address}")) as pods:
            async for page in pods:
                for pod in page:
                    return Place(Target(POD, pod.name), pod.metadata.namespace)
        async with aclosing(self._services.pages(namespace)) as services:
            async for listed in services:
                for service in listed:
                    metadata, spec = service.metadata, service.spec
                    if address in (spec.cluster_ip, *spec.cluster_ips):
                        return Place(Target(SERVICE, metadata.name), metadata.namespace)
        return None
