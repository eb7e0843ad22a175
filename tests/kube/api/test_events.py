"""What owners are told, and how often."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from kube.api.follower import until
from portico.kube.api.bucket import Bucket
from portico.kube.api.event_record import Happening, Regarding, Reporter, event_name, fitting
from portico.kube.api.events import Events, Limits

REPORTER = Reporter("portico.example/controller", "portico-0")
SHOP = Regarding("networking.k8s.io/v1", "Ingress", "shop", "default", "0f8f")
QUICK = Limits(repeat_after=0.2, pause=0.05)


def refused(note="no", regarding=SHOP):
    return Happening(regarding, "Refused", note, "Compile")


@asynccontextmanager
async def writing(client, limits=QUICK):
    events = Events(client, REPORTER, limits)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(events.run())
        yield events
        task.cancel()


async def test_an_event_as_the_api_has_it(server, client):
    async with writing(client) as events:
        events.tell(refused("rule 1: no such Service"))
        await until(lambda: server.all("events"), "the event")
        told = server.all("events")[0]
        assert told["regarding"] == {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                                     "name": "shop", "namespace": "default",
                                     "uid": "0f8f"}  # fmt: skip
        assert (told["type"], told["reason"], told["note"]) == (
            "Warning", "Refused", "rule 1: no such Service",
        )  # fmt: skip
        assert told["metadata"]["namespace"] == "default"


async def test_what_happens_again_is_counted_in_one_event(server, client):
    async with writing(client) as events:
        events.tell(refused())
        await until(lambda: server.all("events"), "the event")
        for _ in range(49):
            events.tell(refused())
        await until(lambda: server.all("events")[0].get("series", {}).get("count") == 50, "50")
        assert len(server.all("events")) == 1
        assert len(server.requests) <= 4


async def test_a_count_goes_on_after_the_server_has_forgotten_the_event(server, client):
    async with writing(client) as events:
        events.tell(refused())
        await until(lambda: server.all("events"), "the event")
        server.remove("events", *server.do(lambda cluster: cluster.keys("events"))[0])
        events.tell(refused())
        await until(lambda: server.all("events"), "the event")


async def test_of_what_has_no_namespace(server, client):
    async with writing(client) as events:
        events.tell(refused(regarding=Regarding("v1", "Node", "node-1")))
        await until(lambda: server.all("events"), "the event")
        assert server.all("events")[0]["metadata"]["namespace"] == "default"


async def test_a_flood_of_one_object_is_bounded_and_leaves_room_for_others(server, client):
    async with writing(client) as events:
        for number in range(1000):
            events.tell(refused(f"reason {number}"))
        events.tell(refused(regarding=Regarding("v1", "Service", "calm", "default")))
        await until(
            lambda: any(each["regarding"]["name"] == "calm" for each in server.all("events")),
            "the event of the other one",
        )
        assert len(server.all("events")) == QUICK.burst + 1
        assert events.dropped == 1000 - QUICK.burst


async def test_failures_that_pass_are_waited_out(server, client):
    server.fail(503, 2)
    async with writing(client) as events:
        events.tell(refused())
        await until(lambda: server.all("events"), "the event")
        assert events.dropped == 0


@pytest.mark.parametrize("code", [403, 404, 422])
async def test_failures_that_stay_are_dropped_and_harm_no_other(server, client, code):
    server.fail(code, 1)
    async with writing(client) as events:
        events.tell(refused())
        events.tell(refused("another"))
        await until(lambda: server.all("events"), "the other event")
        assert events.dropped == 1


async def test_long_texts_and_names_fit(server, client):
    long = Regarding("v1", "Service", "n" * 253, "default")
    async with writing(client) as events:
        events.tell(refused("ä" * 2000, long))
        await until(lambda: server.all("events"), "the event")
        assert server.all("events")[0]["note"].endswith("ä…")


def test_a_name_is_one_even_if_it_is_cut_at_a_dot():
    about = Regarding("v1", "Service", "a" * 235 + "." + "b" * 17)
    name = event_name(about, 0x123456789ABCDEF0)
    assert len(name) <= 253
    assert ".." not in name


def test_fitting():
    assert fitting("abc", 3) == "abc"
    assert fitting("äää", 5) == "ä…"


def test_a_bucket():
    bucket = Bucket(2, 0.5)
    assert [bucket.take(0.0), bucket.take(0.0), bucket.take(1.0)] == [True, True, False]
    assert bucket.wait(1.0) == pytest.approx(1.0)
    assert bucket.take(2.0)
