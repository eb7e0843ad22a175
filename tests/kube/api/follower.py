"""Somebody who believes what a reflector tells, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import msgspec

from live.until import eventually
from portico.kube.api.objects import Objects
from portico.kube.api.pace import Pace
from portico.kube.api.reflector import Reflector
from portico.kube.api.resource import Resource
from portico.kube.api.told import Delete, Key, Put, Recovered, Synced, Trouble, Unread
from portico.kube.api.wanted import Wanted, typed
from portico.kube.config.access import Access, Trust
from portico.kube.config.credentials import Known, bearer
from portico.kube.config.server import parse_server
from portico.kube.http.client import Client
from support.api_server import WITNESS, ApiServer

QUICK = Pace(
    first_pause=0.05,
    longest_pause=0.3,
    absent=0.1,
    silence=1.0,
    at_once=0.05,
    answer=2.0,
    healthy_after=0.1,
)

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap")
SECRETS = Resource("", "v1", "secrets", "Secret")
WIDGETS = Resource("example.com", "v1", "widgets", "Widget")


class Metadata(msgspec.Struct, frozen=True):
    name: str
    uid: str
    namespace: str = ""
    resourceVersion: str = ""  # noqa: N815


class Configured(msgspec.Struct, frozen=True):
    """A ConfigMap, as far as these tests look at it."""

    metadata: Metadata
    data: dict[str, str] = {}


def access(server: ApiServer, token: str = "") -> Access:
    trust = Trust(ca_data=server.authority)
    if token:
        return Access(parse_server(server.url), trust, authorization=Known(bearer(token)))
    return Access(parse_server(server.url), trust)


class Follower:
    def __init__(self, reflector: Reflector[Any]) -> None:
        self._reflector = reflector
        self.objects: dict[Key, Any] = {}
        self.told: list[Any] = []
        self.unread: dict[Key, str] = {}
        self.trouble = ""
        self.is_synced = False
        self.is_served: bool | None = None

    async def run(self) -> None:
        async with aclosing(self._reflector.batches()) as batches:
            async for batch in batches:
                assert batch
                for told in batch:
                    self._hear(told)

    def count(self, kind: type) -> int:
        return sum(isinstance(each, kind) for each in self.told)

    def heard(self, key: Key) -> list[str]:
        """What was told of one object: which version, or that it is gone."""
        about = [each for each in self.told if getattr(each, "key", None) == key]
        return [
            each.object.metadata.resourceVersion if isinstance(each, Put) else "gone"
            for each in about
        ]

    def _hear(self, told: Any) -> None:
        self.told.append(told)
        match told:
            case Put(key, what):
                self.objects[key] = what
                self.unread.pop(key, None)
            case Unread(key, reason):
                self.unread[key] = reason
            case Delete(key):
                # Told once, and only of what was told to be there.
                assert key in self.objects or key in self.unread
                self.objects.pop(key, None)
                self.unread.pop(key, None)
            case Synced(is_served):
                self.is_synced, self.is_served = True, is_served
            case Trouble(reason):
                self.trouble = reason
            case Recovered():
                self.trouble = ""


@asynccontextmanager
async def following(
    client: Client, wanted: Wanted[Any], pace: Pace = QUICK
) -> AsyncIterator[Follower]:
    follower = Follower(Reflector(client, wanted, pace))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(follower.run())
        yield follower
        task.cancel()


async def fresh(client: Client, wanted: Wanted[Any]) -> dict[Key, Any]:
    """What a list says right now."""
    async with Client(msgspec.structs.replace(client.access, user_agent=WITNESS)) as witness:
        objects = Objects(witness, wanted.resource, wanted.decode)
        pages = objects.pages(wanted.namespace, wanted.labels, wanted.fields)
        return {_key(each): each async for page in pages for each in page}


async def until_same(client: Client, wanted: Wanted[Any], follower: Follower) -> None:
    async def is_same() -> bool:
        return follower.is_synced and follower.objects == await fresh(client, wanted)

    await eventually(is_same, "what was told to be what is there")


async def until(check: Callable[[], object], what: str) -> None:
    async def is_so() -> object:
        return check()

    await eventually(is_so, what)


def config_map(name: str, namespace: str = "default", **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    }


def _key(each: Any) -> Key:
    return Key(each.metadata.namespace, each.metadata.name)


def verbs(server, resource="configmaps"):
    return [asked.verb for asked in server.requests if asked.resource == resource]


def put_many(server, number, version="1"):
    server.put(*(config_map(f"map-{each}", version=version) for each in range(number)))


ALL = Wanted(CONFIG_MAPS, typed(Configured))
