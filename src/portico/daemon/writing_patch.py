"""How a status is written and read, and that of an Ingress."""

from typing import Protocol, TypeVar

from msgspec import Struct

from portico.kube.api.known import number
from portico.kube.api.objects import MANAGER, Objects
from portico.kube.api.resource import Resource
from portico.kube.api.told import Key
from portico.kube.api.wanted import Wanted, typed
from portico.kube.http.client import Client
from portico.status.own_objects import INGRESSES, IngressStatus, read_ingress
from portico.status.publish import Addresses
from portico.status.statuses import Seen, Write

S = TypeVar("S")


class _Manager(Struct, frozen=True):
    manager: str = ""
    subresource: str = ""
    time: str = ""


class _Managed(Struct, frozen=True, rename="camel"):
    managed_fields: tuple[_Manager, ...] | None = ()


class _Written(Struct, frozen=True):
    metadata: _Managed


class StatusObjects(Protocol[S]):
    """The objects of one kind whose status we write. All methods raise KubeError."""

    what: str
    """How a log calls them."""

    client: Client

    def wanted(self, namespace: str) -> Wanted[Seen[S]]:
        """All of a namespace, or of all of them."""
        ...

    async def write(self, write: Write[S]) -> Seen[S]:
        """Raises ConflictError where the object is not as it was seen, or is another one."""
        ...

    async def read(self, key: Key) -> Seen[S]: ...

    async def last_writer(self, key: Key) -> str:
        """Who else has written a status here last, as the server knows them; empty for nobody."""
        ...


class IngressStatuses:
    """They show our addresses."""

    what = "Ingresses"

    def __init__(self, client: Client) -> None:
        self.client = client
        self._ingresses = Objects(client, INGRESSES, read_ingress)

    def wanted(self, namespace: str) -> Wanted[Seen[Addresses]]:
        return Wanted(INGRESSES, lambda item: _seen_of(read_ingress(item)), namespace)

    async def write(self, write: Write[Addresses]) -> Seen[Addresses]:
        patch = {
            "metadata": {"resourceVersion": str(write.seen.version)},
            "status": {"loadBalancer": {"ingress": _entries(write.shown)}},
        }
        return _seen_of(await self._ingresses.merge(write.key, patch, "status"))

    async def read(self, key: Key) -> Seen[Addresses]:
        return _seen_of(await self._ingresses.get(key))

    async def last_writer(self, key: Key) -> str:
        return await last_writer(self.client, INGRESSES, key)


async def last_writer(client: Client, resource: Resource, key: Key) -> str:
    """Raises KubeError."""
    managed = Objects(client, resource, typed(_Written))
    found = (await managed.get(key)).metadata.managed_fields or ()
    others = [each for each in found if each.manager != MANAGER]
    # Who writes a status without the subresource is noted without it.
    last = max(others, key=lambda each: (bool(each.subresource), each.time), default=None)
    return last.manager if last else ""


def _seen_of(found: IngressStatus) -> Seen[Addresses]:
    return Seen(found.metadata.uid, number(found.metadata.resource_version), found.addresses)


def _entries(addresses: Addresses) -> list[dict[str, str]] | None:
    """None takes the field away."""
    told = [{"ip": each.ip} if each.ip else {"hostname": each.hostname} for each in addresses]
    return told or None
