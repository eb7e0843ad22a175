"""What holds for every source, whatever it reads from."""

from collections.abc import Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from kube.api.follower import access
from portico.model.ref import Ref
from portico.plan.probe import Probe, probe_key
from portico.settings import Room, Settings
from portico.sources.cluster.source import Cluster
from portico.sources.contract import Drop, Put, Source, Synced
from portico.sources.directory import Directory
from portico.sources.prober import Prober
from portico.sources.resolver import Resolver
from sources.cluster_objects import service as api_service
from sources.following import follow, service
from sources.health_server import LOCALHOST, Node, node
from sources.nameserver import name_server
from support.api_server import ApiServer, running_api_server


class Folder:
    """An object is a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = Directory([path], watch=True, rescan=3600.0)

    def put(self, version: int) -> None:
        (self.path / "a.yaml").write_text(service("a", version))

    def drop(self) -> None:
        (self.path / "a.yaml").unlink()


class Dns:
    """An object is the answer for a name that is wanted."""

    def __init__(self, server) -> None:
        self.server = server
        self.source = Resolver(server.resolver())

    def put(self, version: int) -> None:
        self.server.records["a.test", "A"] = (f"10.0.0.{version}",)
        self.source.want(frozenset({"a.test"}))

    def drop(self) -> None:
        self.source.want(frozenset())


class Checks:
    """An object is the health of a node; the versions are two ways to be ill."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._ports = [each.port for each in nodes]
        self.source = Prober()
        for number, each in enumerate(nodes):
            each.answer = b"HTTP/1.1 50%d No\r\nContent-Length: 0\r\n\r\n" % number

    def put(self, version: int) -> None:
        key = probe_key("node-a", 10256)
        asked = Probe(
            key, Ref("Node", "", "node-a"), LOCALHOST, self._ports[version], "/", 0.05, 0.05
        )
        self.source.want({key.name: asked})

    def drop(self) -> None:
        self.source.want({})


class ApiObjects:
    """An object is a Service of a cluster."""

    def __init__(self, server: ApiServer) -> None:
        self.server = server
        # With layer 4 the namespaces that a cluster has from the start would be told, too.
        self.source = Cluster(access(server), Settings(rooms=frozenset({Room.HTTP})))

    def put(self, version: int) -> None:
        now = self.server.get("services", "shop", "a")
        # As an API server does: an object that is written as it was gets no new version.
        if now is None or now["spec"]["ports"][0]["port"] != version:
            self.server.put(api_service("a", version))

    def drop(self) -> None:
        self.server.remove("services", "shop", "a")


@asynccontextmanager
async def cluster_world(tmp_path: Path):
    with running_api_server() as server:
        yield ApiObjects(server)


@asynccontextmanager
async def checks_world(tmp_path: Path):
    async with node() as one, node() as two, node() as three:
        yield Checks([one, two, three])


@asynccontextmanager
async def folder_world(tmp_path: Path):
    yield Folder(tmp_path)


@asynccontextmanager
async def dns_world(tmp_path: Path):
    async with name_server() as server:
        yield Dns(server)


WORLDS = {
    "folder": folder_world, "dns": dns_world, "health": checks_world, "cluster": cluster_world,
}  # fmt: skip


@pytest.fixture(params=WORLDS.values(), ids=WORLDS.keys())
async def world(request: pytest.FixtureRequest, tmp_path: Path):
    async with request.param(tmp_path) as world:
        yield world


async def test_it_says_once_that_all_is_told(world):
    async with follow(world.source) as told:
        assert told.batches[0][-1] == Synced(world.source.name)
        world.put(1)
        await told.until(lambda told: told.facts)
        assert told.synced == 1


async def test_what_comes_changes_and_goes(world):
    async with follow(world.source) as told:
        world.put(1)
        await told.until(lambda told: told.facts)
        (first,) = told.facts.values()
        world.put(2)
        await told.until(lambda told: first not in told.facts.values())
        (ref,) = told.facts
        assert isinstance(ref, Ref)
        world.drop()
        await told.until(lambda told: told.drops == [ref])


async def test_what_is_as_it_was_is_not_told_again(world):
    async with follow(world.source) as told:
        world.put(1)
        await told.until(lambda told: told.facts)
        world.put(1)
        world.drop()
        await told.until(lambda told: told.drops)
        events = [event for batch in told.batches for event in batch]
        assert [type(event) for event in events if not isinstance(event, Synced)] == [Put, Drop]


async def test_whoever_stops_listening_may_listen_again(world):
    for _ in range(2):
        source: Source = world.source
        async with aclosing(source.events()) as events:
            async for batch in events:
                assert Synced(source.name) in batch
                break
