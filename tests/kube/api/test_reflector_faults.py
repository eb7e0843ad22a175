"""Whatever happens in between: in the end, what was told is what a fresh list says."""

import asyncio
import random

import pytest

from kube.api.follower import (
    ALL,
    QUICK,
    access,
    config_map,
    following,
    fresh,
    put_many,
    until,
    until_same,
    verbs,
)
from portico.kube.api.told import Key, Synced, Trouble
from portico.kube.http.client import Client
from support.api_server import StreamedLists

SHOP = Key("default", "shop")


async def test_cut_in_the_middle_of_an_event(server, client):
    put_many(server, 3)
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        server.faults.cut_next_event = True
        server.put(config_map("shop"))
        await until_same(client, ALL, follower)
        assert SHOP in follower.objects
        assert follower.count(Synced) == 1
        assert follower.count(Trouble) == 0


async def test_cut_in_the_middle_of_the_list(any_server):
    put_many(any_server, 1200)
    any_server.faults.cut_next_event = True
    any_server.fail(500, 1, verb="list")
    async with Client(access(any_server)) as client, following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        assert len(follower.objects) == 1200


@pytest.mark.parametrize("how", ["the request is refused", "an event says it"])
async def test_gone_is_listed_anew_and_told_as_changes(server, client, how):
    put_many(server, 50)
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        before = len(follower.told)

        def change(cluster):
            if how == "an event says it":
                cluster.expire_watches()
            else:
                cluster.stop_watches(cut=True)
            cluster.put_all([config_map("map-1", version="2"), config_map("shop")])
            cluster.remove("configmaps", "default", "map-2")
            cluster.storage.compact()

        server.do(change)
        await until_same(client, ALL, follower)
        told = follower.told[before:]
        assert sorted(type(each).__name__ for each in told) == ["Delete", "Put", "Put", "Synced"]


async def test_gone_between_two_pages(client, server):
    server.do(lambda cluster: setattr(cluster, "streamed_lists", StreamedLists.FORBIDDEN))
    put_many(server, 1200)
    server.faults.failures.clear()
    server.fail(410, 2, verb="list", resource="configmaps")
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        assert len(follower.objects) == 1200


@pytest.mark.parametrize("code", [500, 503, 429, 504])
async def test_failures_are_waited_out_and_told(server, client, code):
    put_many(server, 5)
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        server.fail(code, 4, resource="configmaps")
        server.cut_watches()
        await until(lambda: follower.trouble, "the trouble to be told")
        assert len(follower.objects) == 5
        server.put(config_map("shop"))
        await until_same(client, ALL, follower)
        await until(lambda: not follower.trouble, "the recovery to be told")


async def test_retry_after_is_obeyed(server, client):
    server.put(config_map("shop"))
    server.fail(429, 1, retry_after=1)
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with following(client, ALL) as follower:
        await until(lambda: follower.is_synced, "the list")
        assert loop.time() - started >= 1.0


async def test_a_silent_watch_is_given_up(server, client):
    server.put(config_map("shop"))
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        watches = verbs(server).count("watch")
        server.faults.is_silent = True
        server.put(config_map("shop", colour="red"))
        await until(lambda: verbs(server).count("watch") > watches, "another watch")
        server.faults.is_silent = False
        await until_same(client, ALL, follower)


async def test_a_server_that_takes_requests_and_says_nothing(server, client):
    put_many(server, 5)
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        server.faults.is_mute = True
        server.cut_watches()
        await until(lambda: follower.trouble, "the trouble to be told")
        server.put(config_map("shop"))
        server.faults.is_mute = False
        await until_same(client, ALL, follower)


async def test_slow_bytes(any_server):
    put_many(any_server, 5)
    any_server.faults.piece = 7
    async with Client(access(any_server)) as client, following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        any_server.put(config_map("shop", colour="rot " * 100))
        await until_same(client, ALL, follower)


async def test_away_and_back(server, client):
    put_many(server, 5)
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        server.stop()
        await until(lambda: follower.trouble, "the trouble to be told")
        assert len(follower.objects) == 5
        server.do(lambda cluster: cluster.put_all([config_map("shop"), config_map("map-1")]))
        server.do(lambda cluster: cluster.remove("configmaps", "default", "map-2"))
        server.start()
        await until_same(client, ALL, follower)
        assert not follower.trouble


async def test_back_with_an_older_state(server, client):
    put_many(server, 5)
    saved = server.save()
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        put_many(server, 8, version="2")
        server.remove("configmaps", "default", "map-0")
        await until_same(client, ALL, follower)
        server.restart(saved)
        await until_same(client, ALL, follower)
        assert len(follower.objects) == 5
        # And the new history is followed, whose versions we have had already.
        server.put(config_map("map-1", version="3"))
        await until_same(client, ALL, follower)


async def test_an_older_state_in_which_the_same_version_is_something_else(server, client):
    saved = server.save()
    server.put(config_map("shop", colour="red"), config_map("other"))
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        server.stop()
        server.do(lambda cluster: cluster.load(saved))
        server.do(lambda cluster: cluster.put(config_map("shop", colour="blue")))
        server.start()
        await until_same(client, ALL, follower)
        assert follower.objects[SHOP].data == {"colour": "blue"}


async def test_deleted_and_made_anew_while_nobody_looked(server, client):
    server.put(config_map("shop", colour="red"))
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        first = follower.objects[SHOP].metadata.uid

        def make_anew(cluster):
            cluster.stop_watches(cut=True)
            cluster.remove("configmaps", "default", "shop")
            cluster.put(config_map("shop", colour="red"))
            cluster.storage.compact()

        server.do(make_anew)
        await until_same(client, ALL, follower)
        assert follower.objects[SHOP].metadata.uid != first


@pytest.mark.parametrize("fault", ["doubles", "swaps"])
async def test_events_that_come_twice_or_out_of_order(server, client, fault):
    put_many(server, 10)
    chance = random.Random(7)
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        setattr(server.faults, fault, True)
        for number in range(20):
            name = f"map-{chance.randrange(12)}"
            key = ("default", name)

            def change(cluster, name=name, key=key, number=number):
                cluster.put(config_map(name, version=f"{number}a"))
                if number % 3:
                    cluster.remove("configmaps", *key)
                cluster.put(config_map("busy", version=f"{number}"))

            server.do(change)
        setattr(server.faults, fault, False)
        await until_same(client, ALL, follower)
        if fault == "doubles":
            versions = [v for v in follower.heard(Key("default", "busy")) if v != "gone"]
            assert len(versions) == len(set(versions))


async def test_what_is_no_json(server, client):
    server.put(config_map("shop"))
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        server.faults.garbles = True
        server.put(config_map("shop", colour="red"))
        await until_same(client, ALL, follower)
        assert follower.objects[SHOP].data == {"colour": "red"}


async def test_a_burst(server, client):
    wide = {f"key-{each}": "x" * 30 for each in range(4)}
    async with following(client, ALL) as follower:
        await until(lambda: follower.is_synced, "the first list")

        def burst(cluster):
            for number in range(100_000):
                cluster.put(config_map(f"map-{number % 500}", number=str(number), **wide))

        server.do(burst)
        await until(
            lambda: (
                (last := follower.objects.get(Key("default", "map-499")))
                and last.data["number"] == "99999"
            ),
            "the last of the events",
        )
        assert follower.objects == await fresh(client, ALL)
        assert follower.count(Synced) == 1


async def test_watches_that_end_at_once_are_not_repeated_hot(server, client):
    async with following(client, ALL) as follower:
        await until(lambda: follower.is_synced, "the list")
        server.forget_requests()
        loop = asyncio.get_running_loop()
        started = loop.time()

        def are_ended():
            server.end_watches()
            return verbs(server).count("watch") >= 8

        await until(are_ended, "eight watches")
        # The first is asked for at once; then the pauses grow, to the longest there is.
        assert loop.time() - started >= 4 * QUICK.longest_pause


async def test_an_expired_token_is_trouble_until_there_is_another(server):
    server.access.user_by_token["old"] = "portico"
    async with Client(access(server, "old")) as client, following(client, ALL) as follower:
        await until(lambda: follower.is_synced, "the list")
        server.access.user_by_token.clear()
        server.access.user_by_token["new"] = "portico"
        server.cut_watches()
        await until(lambda: follower.trouble, "the trouble to be told")
        server.access.user_by_token["old"] = "portico"
        await until(lambda: not follower.trouble, "the recovery to be told")
