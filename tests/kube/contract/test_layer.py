"""What Portico's own layer does to a server, for the part that needs no faults to be made.

The rest is in tests/kube/api, where the server does as it is told.
"""

import asyncio
from pathlib import Path

import pytest

from kube.api.follower import CONFIG_MAPS, Configured, config_map, following, until, until_same
from kube.api.test_events import refused
from portico.kube.api.event_record import Regarding, Reporter
from portico.kube.api.events import Events
from portico.kube.api.lease import Election
from portico.kube.api.lease_record import Terms
from portico.kube.api.objects import Objects
from portico.kube.api.pace import Pace
from portico.kube.api.told import Key, Synced, Trouble
from portico.kube.api.wanted import Wanted, typed
from portico.kube.config.choose import access
from portico.kube.config.wish import Wish
from portico.kube.http.client import Client


@pytest.fixture
async def client(kubeconfig: Path):
    async with Client(access(Wish(kubeconfig=str(kubeconfig)))) as open_client:
        yield open_client


async def test_followed(client, namespace):
    maps = Objects(client, CONFIG_MAPS, typed(Configured))
    wanted = Wanted(CONFIG_MAPS, typed(Configured), namespace)
    await maps.create(namespace, config_map("one", namespace))
    async with following(client, wanted, Pace()) as follower:
        await until_same(client, wanted, follower)
        two = await maps.create(namespace, config_map("two", namespace, a="1"))
        await maps.merge(Key(namespace, "one"), {"data": {"b": "2"}})
        await until_same(client, wanted, follower)
        await maps.delete(Key(namespace, "two"), two.metadata.uid)
        await until_same(client, wanted, follower)
        assert follower.count(Synced) == 1
        assert follower.count(Trouble) == 0


async def test_listed_in_pages(client, namespace):
    maps = Objects(client, CONFIG_MAPS, typed(Configured))
    for number in range(3):
        await maps.create(namespace, config_map(f"map-{number}", namespace))
    found = [each.metadata.name async for page in maps.pages(namespace) for each in page]
    assert {"map-0", "map-1", "map-2"} <= set(found)


async def test_one_leads(client, namespace):
    terms = Terms(duration=3.0, renew_within=2.0, retry=0.2)
    elections = [Election(client, Key(namespace, "portico"), name, terms) for name in "ab"]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each.run(lambda _: None)) for each in elections]
        await until(lambda: any(each.is_leader for each in elections), "a leader")
        leader = next(number for number, each in enumerate(elections) if each.is_leader)
        tasks[leader].cancel()
        await until(lambda: elections[1 - leader].is_leader, "the other one")
        assert not elections[leader].is_leader
        tasks[1 - leader].cancel()


async def test_events_are_told(client, plain, namespace):
    events = Events(client, Reporter("portico.example/controller", "portico-0"))
    about = Regarding("v1", "ConfigMap", "shop", namespace)
    path = f"/apis/events.k8s.io/v1/namespaces/{namespace}/events"
    async with asyncio.TaskGroup() as group:
        task = group.create_task(events.run())
        events.tell(refused("rule 1: no such Service", about))
        await until(lambda: plain.get(path).body["items"], "the event")
        task.cancel()
    assert plain.get(path).body["items"][0]["note"] == "rule 1: no such Service"
    assert events.dropped == 0
