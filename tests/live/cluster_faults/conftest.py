"""A namespace with two shops, and a bad road to it."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
import yaml

from kube.contract.conftest import kubeconfig, namespace, plain, unique
from live.cluster.town import Town
from portico.kube.config.access import Access
from portico.kube.config.choose import access
from portico.kube.config.server import parse_server
from portico.kube.config.wish import Wish
from portico.sources.cluster.asked import Scope
from sources.cluster_objects import ingress, secret, shop
from sources.cluster_world import followed_at, until_as_fresh_at
from support.fault_proxy import fault_proxy

__all__ = ["kubeconfig", "namespace", "plain", "unique"]


class Road:
    """From a follower through the proxy to the cluster, which tests write to by the other way."""

    def __init__(self, town, proxy, straight) -> None:
        self._town = town
        self.proxy = proxy
        self._straight = straight
        self._scope = Scope((town.namespace,))
        self.namespace = town.namespace

    async def apply(self, *documents: dict[str, Any]) -> None:
        await asyncio.to_thread(self._town.apply, *map(_text, documents))

    async def delete(self, kind: str, name: str) -> None:
        await asyncio.to_thread(self._town.delete, kind, name)

    def followed(self):
        return followed_at(Access(parse_server(self.proxy.url)), scope=self._scope)

    async def until_as_fresh(self, reader) -> None:
        await until_as_fresh_at(reader, self._straight, self._scope)


@pytest.fixture
async def road(plain, namespace, kubeconfig):
    async with fault_proxy(plain) as proxy:
        straight = access(Wish(kubeconfig=str(kubeconfig)))
        made = Road(Town(plain, namespace, kubeconfig), proxy, straight)
        await made.apply(*town())
        yield made


def town() -> Iterable[dict[str, Any]]:
    yield from shop("a", "b", "c")
    yield secret("of-a", "a.example")
    yield ingress("s", "a.example", "a", secret="of-a")


def _text(document: dict[str, Any]) -> str:
    """Without what only a server writes."""
    metadata = {k: v for k, v in document["metadata"].items() if k != "managedFields"}
    return yaml.safe_dump({**document, "metadata": metadata})
