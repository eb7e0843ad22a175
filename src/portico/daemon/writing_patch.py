"""The status of one Ingress, as it is written and read."""

from msgspec import Struct

from portico.kube.api.known import number
from portico.kube.api.objects import MANAGER, Objects
from portico.kube.api.told import Key
from portico.kube.api.wanted import typed
from portico.kube.http.client import Client
from portico.status.own_objects import INGRESSES, IngressStatus, read_ingress
from portico.status.publish import Addresses
from portico.status.statuses import Seen, Write


class _Manager(Struct, frozen=True):
    manager: str = ""
    subresource: str = ""
    time: str = ""


class _Managed(Struct, frozen=True, rename="camel"):
    managed_fields: tuple[_Manager, ...] | None = ()


class _Written(Struct, frozen=True):
    metadata: _Managed


class IngressStatuses:
    """Of one server. All methods raise KubeError."""

    def __init__(self, client: Client) -> None:
        self._ingresses = Objects(client, INGRESSES, read_ingress)
        self._managed = Objects(client, INGRESSES, typed(_Written))

    async def write(self, write: Write) -> Seen:
        """Raises ConflictError where the object is not as it was seen, or is another one."""
        patch = {
            "metadata": {"resourceVersion": str(write.seen.version)},
            "status": {"loadBalancer": {"ingress": _entries(write.addresses)}},
        }
        return seen_of(await self._ingresses.merge(write.key, patch, "status"))

    async def read(self, key: Key) -> Seen:
        return seen_of(await self._ingresses.get(key))

    async def last_writer(self, key: Key) -> str:
        """Who else has written a status here last, as the server knows them; empty for nobody."""
        found = (await self._managed.get(key)).metadata.managed_fields or ()
        others = [each for each in found if each.manager != MANAGER]
        # Who writes a status without the subresource is noted without it.
        last = max(others, key=lambda each: (bool(each.subresource), each.time), default=None)
        return last.manager if last else ""


def seen_of(found: IngressStatus) -> Seen:
    return Seen(found.metadata.uid, number(found.metadata.resource_version), found.addresses)


def _entries(addresses: Addresses) -> list[dict[str, str]] | None:
    """None takes the field away."""
    told = [{"ip": each.ip} if each.ip else {"hostname": each.hostname} for each in addresses]
    return told or None
