"""Two replicas are replaced one after the other, under load, as a Deployment does it."""

import asyncio
import signal
import threading
from collections import defaultdict
from contextlib import contextmanager

import pytest

from live.cluster.balancer import Balancer
from live.cluster.crowd import Crowd
from live.manifests import endpoints, ingress, secret, service
from live.program import Program
from live.until import until
from model.certificates import pair

pytestmark = pytest.mark.nginx

HOST = "shop.example"
ADDRESS = "192.0.2.7"
NOTICED = 0.4
"""Seconds until clients are sent elsewhere."""

# As deploy/ has them, but shorter.
TIMES = ("--shutdown-grace-period", "1.5", "--grace", "2.4")


@pytest.fixture
def replica(root, town):
    """Makes one more."""
    made = []

    def start():
        folder = root / str(len(made))
        folder.mkdir()
        program = Program(folder)
        program.origin = town.options
        made.append(program)
        program.launch(*TIMES, "--publish-status-address", ADDRESS)
        return program

    yield start
    for each in made:
        each.close()


@pytest.fixture
def shop(town, backends, address):
    """Behind TLS, too; every half a second there is one more Ingress."""
    town.apply(service("a"), endpoints("a", (address, backends["a"])))
    town.apply(secret("cert", pair(HOST)))
    town.apply(ingress("shop", HOST, [("/", "a")], secret="cert", redirect="false"))
    return town


@contextmanager
def watched(town):
    """What is shown of each Ingress, version by version, until there is one called last."""
    shown, has_begun = defaultdict(list), threading.Event()

    def follow():
        # Bookmarks, so that it is never silent for as long as a client waits.
        query = {"timeoutSeconds": 300, "allowWatchBookmarks": "true"}
        with town.watch("Ingress", **query) as events:
            has_begun.set()
            for event in events:
                if event["type"] == "BOOKMARK":
                    continue
                name = event["object"]["metadata"]["name"]
                if name == "last":
                    return
                shown[name].append(shown_by(event["object"]))

    thread = threading.Thread(target=follow)
    thread.start()
    assert has_begun.wait(20)
    yield shown
    town.apply(ingress("last", "last.example", [("/", "a")]))
    thread.join(60)
    assert not thread.is_alive()


def shown_by(document):
    entries = document.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    return [each["ip"] for each in entries]


def leads(program):
    return program.status()["writing"][0]["leads"]


async def test_no_request_fails_and_one_replica_writes(replica, shop):
    names = ["shop", "new-0", "new-1"]
    balancer = Balancer(NOTICED)
    with watched(shop) as shown:
        balancer.replicas = [replica(), replica()]
        async with balancer.running():
            for each in balancer.replicas:
                await balancer.until_sent_to(each)
            crowd = Crowd(HOST, balancer.http, balancer.https)
            async with crowd.busy():
                for old, name in zip(list(balancer.replicas), names[1:], strict=True):
                    new = replica()
                    balancer.replicas.append(new)
                    await balancer.until_sent_to(new)
                    old.process.send_signal(signal.SIGTERM)
                    added = ingress(name, f"{name}.example", [("/", "a")])
                    await asyncio.to_thread(shop.apply, added)
                    assert await asyncio.to_thread(old.ended) == 0
                    await crowd.more()
            left = balancer.replicas[2:]
        assert crowd.failures == []
        assert balancer.lost == []
        assert crowd.done["goodbye"] >= 3, crowd.done
        assert crowd.done["download"] >= 3, crowd.done
        until(
            lambda: all(shown_by(shop.get("Ingress", each)) == [ADDRESS] for each in names),
            "every address",
            60,
        )
        assert sorted(map(leads, left)) == [False, True]
    # Somebody wrote it, once, and nobody took it back.
    assert shown == {name: [[], [ADDRESS]] for name in names}
