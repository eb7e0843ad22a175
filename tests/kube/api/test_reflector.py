"""What is followed, and how it is asked for."""

import asyncio

from kube.api.follower import (
    ALL,
    CONFIG_MAPS,
    QUICK,
    SECRETS,
    WIDGETS,
    Configured,
    access,
    config_map,
    following,
    put_many,
    until,
    until_same,
    verbs,
)
from portico.kube.api.pace import Pace
from portico.kube.api.told import Key, Synced, Trouble
from portico.kube.api.wanted import Wanted, typed
from portico.kube.http.client import Client
from support.api_server import StreamedLists

SHOP = Key("default", "shop")


async def test_what_is_there_and_what_comes(any_server):
    put_many(any_server, 1200)
    async with Client(access(any_server)) as client, following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        assert follower.count(Synced) == 1
        any_server.put(config_map("shop", colour="red"), config_map("map-3", version="2"))
        any_server.remove("configmaps", "default", "map-4")
        await until_same(client, ALL, follower)
        assert follower.objects[SHOP].data == {"colour": "red"}
        assert follower.objects[Key("default", "map-3")].data == {"version": "2"}
        assert Key("default", "map-4") not in follower.objects
        assert follower.count(Trouble) == 0


async def test_a_server_that_refuses_streamed_lists_is_asked_once(any_server):
    put_many(any_server, 3)
    async with Client(access(any_server)) as client, following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        any_server.compact()
        any_server.expire_watches()
        await until(lambda: follower.count(Synced) == 2, "a second list")
        asked = [each for each in any_server.requests if "sendInitialEvents" in each.query]
        is_refused = any_server.do(lambda cluster: cluster.streamed_lists) != StreamedLists.SERVED
        assert len(asked) == (1 if is_refused else 2)


async def test_nothing_is_told_twice_when_a_watch_is_renewed(server, client):
    put_many(server, 20)
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        before = len(follower.told)
        for _ in range(3):
            seen = verbs(server).count("watch")
            server.end_watches()
            await until(lambda seen=seen: verbs(server).count("watch") > seen, "another watch")
        server.put(config_map("shop"))
        await until_same(client, ALL, follower)
        assert len(follower.told) == before + 1
        assert follower.count(Synced) == 1


async def test_a_bookmark_moves_the_version_to_go_on_from(server, client):
    server.put(config_map("shop"))
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        # Others change, until the version that the object had is forgotten.
        server.put(*({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}},) * 50)
        reached = server.do(lambda cluster: cluster.storage.revision)
        await until(lambda: server.marked() >= reached, "a bookmark")
        server.forget_requests()
        server.end_watches()
        await until(server.watching, "another watch")
        watches = [each for each in server.requests if each.verb == "watch"]
        assert watches[0].query["resourceVersion"] == str(reached)
        assert follower.count(Synced) == 1


async def test_a_kind_that_does_not_exist_yet(server, client):
    wanted = Wanted(WIDGETS, typed(Configured))
    async with following(client, wanted) as follower:
        await until(lambda: follower.is_synced, "the absent kind to be told")
        assert follower.is_served is False
        await until(lambda: len(server.requests) == 0 and follower.count(Synced) == 1, "silence")
        server.put(definition())
        server.put(widget("one"))
        await until(lambda: follower.is_served, "the kind to be found")
        await until_same(client, wanted, follower)
        assert len(follower.objects) == 1
        server.do(lambda cluster: cluster.writes.delete(
            cluster.place("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
                          "widgets.example.com"), {}, author()))  # fmt: skip
        server.end_watches()
        await until(lambda: not follower.objects and not follower.is_served, "it to be gone")
        assert follower.count(Trouble) == 0


async def test_one_404_of_a_starting_server_is_not_believed(server, client):
    put_many(server, 5)
    async with following(client, ALL) as follower:
        await until_same(client, ALL, follower)
        server.fail(404, 1, resource="configmaps")
        server.cut_watches()
        server.put(config_map("shop"))
        await until_same(client, ALL, follower)
        assert "gone" not in [each for key in follower.objects for each in follower.heard(key)]


async def test_forbidden_is_told_in_the_servers_words(client, server):
    server.access.rules["anybody"] = []
    async with following(client, ALL) as follower:
        await until(lambda: follower.trouble, "the trouble to be told")
        assert "list configmaps" in follower.trouble or "watch configmaps" in follower.trouble
        assert not follower.is_synced
        asked, loop = len(server.requests), asyncio.get_running_loop()
        started = loop.time()
        await until(lambda: len(server.requests) >= asked + 4, "four more tries")
        assert loop.time() - started >= 4 * QUICK.first_pause
        del server.access.rules["anybody"]
        await until(lambda: follower.is_synced, "the list")
        assert not follower.trouble


async def test_only_what_is_selected(server, client):
    def secret(name, kind, namespace="default"):
        return {"apiVersion": "v1", "kind": "Secret", "type": kind, "data": {},
                "metadata": {"name": name, "namespace": namespace}}  # fmt: skip

    server.put(secret("a", "Opaque"), secret("b", "kubernetes.io/tls"))
    wanted = Wanted(SECRETS, typed(Configured), "default", fields="type=kubernetes.io/tls")
    async with following(client, wanted) as follower:
        await until_same(client, wanted, follower)
        server.put(secret("c", "kubernetes.io/tls"), secret("d", "Opaque"))
        server.put(secret("e", "kubernetes.io/tls", "kube-system"))
        await until_same(client, wanted, follower)
        server.put(secret("b", "Opaque"))  # as if it had been deleted
        await until_same(client, wanted, follower)
        assert {key.name for key in follower.objects} == {"c"}


async def test_an_object_that_cannot_be_read_harms_no_other(server, client):
    wanted = Wanted(CONFIG_MAPS, typed(Configured))
    server.put(config_map("shop"))
    async with following(client, wanted) as follower:
        await until_same(client, wanted, follower)
        broken = config_map("shop")
        broken["data"] = {"colour": 3}
        server.put(broken, config_map("other"))
        await until(lambda: Key("default", "other") in follower.objects, "the other one")
        assert "data" in follower.unread[SHOP]
        server.put(config_map("shop", colour="red"))
        await until_same(client, wanted, follower)
        assert not follower.unread


async def test_a_watch_is_as_long_as_is_asked_for_and_spread(server, client):
    async with following(client, ALL, Pace(shortest_watch=300)) as follower:
        await until(lambda: follower.is_synced, "the list")
    asked = [int(each.query["timeoutSeconds"]) for each in server.requests if each.verb == "watch"]
    assert all(300 <= seconds <= 600 for seconds in asked)


async def test_closing_leaves_no_watch_behind(server, client):
    async with following(client, ALL) as follower:
        await until(lambda: follower.is_synced and server.watching(), "the watch")
    await until(lambda: server.watching() == 0, "the watch to be closed")


def definition():
    names = {"plural": "widgets", "singular": "widget", "kind": "Widget"}
    version = {"name": "v1", "served": True, "storage": True,
               "schema": {"openAPIV3Schema": {"type": "object"}}}  # fmt: skip
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": names,
                 "versions": [version]},
    }  # fmt: skip


def widget(name):
    return {"apiVersion": "example.com/v1", "kind": "Widget",
            "metadata": {"name": name, "namespace": "default"}}  # fmt: skip


def author():
    from support.api_server.metadata import Author

    return Author("test", "Update", "2026-01-01T00:00:00Z")
