"""The addresses that a Service shows, as they are written and read.

The mark is there before the addresses are, and goes after them: so whatever happens in between,
nothing of ours is without a mark.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Raw, Struct

from portico.daemon.writing_patch import last_writer
from portico.kube.api.known import number
from portico.kube.api.objects import Objects
from portico.kube.api.told import Key
from portico.kube.api.wanted import Wanted, typed
from portico.kube.http.client import Client
from portico.model.metallb import ALLOCATED_ANNOTATION, GROUP
from portico.model.openelb import EIP_ANNOTATION
from portico.status.own_objects import SERVICES, LoadBalancerStatus
from portico.status.services import Shown
from portico.status.statuses import Seen, Write

POOL_MARK: Final = f"{GROUP}/{ALLOCATED_ANNOTATION}"
"""An annotation."""

EIP_MARK: Final = EIP_ANNOTATION
"""A label: OpenELB selects by it."""


class _Metadata(Struct, frozen=True, gc=False, rename="camel"):
    uid: str = ""
    resource_version: str = ""
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class _Service(Struct, frozen=True, gc=False):
    metadata: _Metadata
    status: LoadBalancerStatus = LoadBalancerStatus()


_read_service: Final = typed(_Service)


class ServiceStatuses:
    """They show addresses of pools."""

    what = "Services"

    def __init__(self, client: Client) -> None:
        self.client = client
        self._services = Objects(client, SERVICES, _read)

    def wanted(self, namespace: str) -> Wanted[Seen[Shown]]:
        return Wanted(SERVICES, _read, namespace)

    async def write(self, write: Write[Shown]) -> Seen[Shown]:
        key, seen, shown = write
        if shown.addresses:
            return await self._show(key, await self._mark(key, seen, shown), shown)
        return await self._mark(key, await self._show(key, seen, shown), shown)

    async def read(self, key: Key) -> Seen[Shown]:
        return await self._services.get(key)

    async def last_writer(self, key: Key) -> str:
        return await last_writer(self.client, SERVICES, key)

    async def _show(self, key: Key, seen: Seen[Shown], shown: Shown) -> Seen[Shown]:
        if seen.shown.addresses == shown.addresses:
            return seen
        entries = [{"ip": address} for address in shown.addresses]
        patch = {
            "metadata": {"resourceVersion": str(seen.version)},
            "status": {"loadBalancer": {"ingress": entries or None}},
        }
        return await self._services.merge(key, patch, "status")

    async def _mark(self, key: Key, seen: Seen[Shown], shown: Shown) -> Seen[Shown]:
        marks: dict[str, Mapping[str, str | None]] = {}
        if seen.shown.pool != shown.pool:
            marks["annotations"] = {POOL_MARK: shown.pool or None}
        if seen.shown.eip != shown.eip:
            marks["labels"] = {EIP_MARK: shown.eip or None}
        if not marks:
            return seen
        metadata = {"resourceVersion": str(seen.version), **marks}
        return await self._services.merge(key, {"metadata": metadata})


def _read(item: Raw) -> Seen[Shown]:
    found = _read_service(item)
    metadata, entries = found.metadata, found.status.load_balancer.ingress or ()
    shown = Shown(
        tuple(sorted(each.ip or each.hostname for each in entries)),
        (metadata.annotations or {}).get(POOL_MARK, ""),
        (metadata.labels or {}).get(EIP_MARK, ""),
    )
    return Seen(metadata.uid, number(metadata.resource_version), shown)
