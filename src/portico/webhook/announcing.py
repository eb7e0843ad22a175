"""Tells the API server which authority vouches for us: `caBundle` in our configuration.

Every replica has an authority of its own, so each adds its own and leaves those of the others.
"""

import base64
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from portico.kube.api.objects import Objects
from portico.kube.api.resource import Resource
from portico.kube.api.told import Key
from portico.kube.http.client import Client
from portico.webhook.authority import merged

RESOURCE: Final = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    namespaced=False,
)

MOST: Final = 64
"""Authorities that a bundle may hold; pods whose folder does not outlive them leave theirs."""


class Service(NamedTuple):
    """By which the API server finds us."""

    namespace: str
    name: str

    @property
    def names(self) -> tuple[str, ...]:
        """The first is the one API servers ask for."""
        host = f"{self.name}.{self.namespace}"
        return (f"{host}.svc", host, f"{host}.svc.cluster.local", "localhost")


class Announcing:
    """Of one configuration, in which the webhooks that lead to our Service are meant."""

    def __init__(self, client: Client, name: str, service: Service) -> None:
        decode: Callable[[msgspec.Raw], Any] = msgspec.json.decode
        self._objects: Objects[Any] = Objects(client, RESOURCE, decode)
        self._key = Key("", name)
        self._service = service

    async def tell(self, ours: bytes, now: float) -> bool:
        """Whether something had to be written.

        Raises KubeError, ConflictError among them where somebody else was writing: try again.
        """
        document = await self._objects.get(self._key)
        if not self._put_in(document, ours, now):
            return False
        # Only where it is still as it was read: replaces what was read, version and all.
        await self._objects.replace(self._key, document)
        return True

    def _put_in(self, document: Any, ours: bytes, now: float) -> bool:  # noqa: ANN401  # anything
        has_changed = False
        for webhook in document.get("webhooks") or ():
            config = webhook.get("clientConfig") or {}
            service = config.get("service") or {}
            if (service.get("namespace"), service.get("name")) != self._service:
                continue
            there = base64.b64decode(config.get("caBundle") or "")
            wanted = merged(ours, there, now, MOST)
            if wanted != there:
                config["caBundle"] = base64.b64encode(wanted).decode()
                has_changed = True
        return has_changed
