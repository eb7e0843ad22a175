"""Objects of one kind, one by one: read, written, patched, deleted.

Every write names its field manager, so that `kubectl get -o yaml --show-managed-fields` tells who
was here. Nothing is tried twice: whoever writes knows whether what they meant to write still holds.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final, Generic

import msgspec
from msgspec import Raw

from portico.kube.api.known import Decode
from portico.kube.api.resource import Resource
from portico.kube.api.told import Key, T
from portico.kube.api.wanted import PAGE, Query, Wanted, read_page
from portico.kube.http.client import Client
from portico.kube.http.errors import GarbledError
from portico.kube.http.request import Request

MANAGER: Final = "portico"

JSON: Final = "application/json"
MERGE: Final = "application/merge-patch+json"
APPLY: Final = "application/apply-patch+yaml"
"""JSON is YAML, too."""


@dataclass(frozen=True, slots=True)
class Objects(Generic[T]):
    """What is written is anything that msgspec can encode; what is read is as `decode` makes it.

    All methods raise KubeError: NotFoundError, ConflictError and so on.
    """

    client: Client
    resource: Resource
    decode: Decode[T]
    manager: str = MANAGER

    async def get(self, key: Key) -> T:
        return await self._read(Request("GET", self._path(key)))

    async def pages(
        self, namespace: str = "", labels: str = "", fields: str = ""
    ) -> AsyncGenerator[list[T], None]:
        """All that match, as they were when the first page was read."""
        wanted = Wanted(self.resource, self.decode, namespace, labels, fields)
        rest = ""
        while True:
            request = Request("GET", wanted.path, wanted.page(rest, PAGE))
            page = read_page(request, await self.client.read(request))
            yield [self._decoded(item, request) for item in page.items or ()]
            rest = page.metadata.rest
            if not rest:
                return

    async def create(self, namespace: str, written: object) -> T:
        """Raises ConflictError where an object of that name is there."""
        path = self.resource.path(namespace)
        return await self._write("POST", path, written, JSON)

    async def replace(self, key: Key, written: object, subresource: str = "") -> T:
        """Raises ConflictError where `metadata.resourceVersion` is not the present one."""
        return await self._write("PUT", self._path(key, subresource), written, JSON)

    async def merge(self, key: Key, patch: object, subresource: str = "") -> T:
        """RFC 7396. With a `metadata.resourceVersion`, only where that is the present one."""
        return await self._write("PATCH", self._path(key, subresource), patch, MERGE)

    async def apply(self, key: Key, written: object, subresource: str = "") -> T:
        """Server-side apply: what is written is ours from now on, whoever wrote it before."""
        force = (("force", "true"),)
        return await self._write("PATCH", self._path(key, subresource), written, APPLY, force)

    async def delete(self, key: Key, uid: str = "") -> None:
        """With a uid only that very object; raises ConflictError where it is another one."""
        options = {"preconditions": {"uid": uid}} if uid else {}
        headers = (("Content-Type", JSON), ("Accept", JSON))
        body = msgspec.json.encode(options)
        await self.client.read(Request("DELETE", self._path(key), body=body, headers=headers))

    def _path(self, key: Key, subresource: str = "") -> str:
        return self.resource.path(key.namespace, key.name, subresource)

    async def _write(
        self, method: str, path: str, written: object, form: str, more: Query = ()
    ) -> T:
        query = (("fieldManager", self.manager), *more)
        headers = (("Content-Type", form), ("Accept", JSON))
        body = msgspec.json.encode(written)
        return await self._read(Request(method, path, query, body, headers))

    async def _read(self, request: Request) -> T:
        return self._decoded(Raw(await self.client.read(request)), request)

    def _decoded(self, item: Raw, request: Request) -> T:
        try:
            return self.decode(item)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise GarbledError(f"{request.path} has answered what is not read: {error}") from None
