"""Endpoints, Services and nodes come and go under load: no connection fails, old ones live on."""

import asyncio
import random

import pytest

from live.l4.load import steady_load
from live.l4.manifests import endpoints, node, port, service
from live.l4.router import end, until_reached
from live.until import until

pytestmark = [pytest.mark.load, pytest.mark.xdist_group("l4-load")]

SAVES_A_SECOND = 20
CLUSTER_IP = "10.96.0.10"


@pytest.fixture
def shop(router):
    """One Service of 1 to 4 backends, at a cluster IP."""
    router.save("web.yaml", web("web", CLUSTER_IP))
    router.save("endpoints.yaml", endpoints("web", 1, 2))
    router.start("--only", "l4")
    return router


def web(name, address):
    return service(name, port(80), type="ClusterIP", clusterIPs=[address])


async def test_endpoints_change_twenty_times_a_second(shop, world):
    drawn = random.Random(4)
    async with steady_load(world.client, CLUSTER_IP, 80) as load:
        for number in range(3 * SAVES_A_SECOND):
            some = drawn.sample((1, 2, 3, 4), drawn.randint(1, 4))
            shop.save("endpoints.yaml", endpoints("web", *some), by_rename=number % 2 == 0)
            await asyncio.sleep(1 / SAVES_A_SECOND)
        shop.save("endpoints.yaml", endpoints("web", 3))
        await load.until_answered_by("b3")
        await load.more()
    load.assert_flawless()
    assert set(load.speakers) - {"b3"}, "old connections were all at the last endpoint by chance"


async def test_services_come_and_go(shop, world):
    async with steady_load(world.client, CLUSTER_IP, 80) as load:
        for number in range(5):
            address = f"10.96.1.{number}"
            file = shop.save(
                "other.yaml", web(f"other-{number}", address), endpoints(f"other-{number}", 4)
            )
            await asyncio.to_thread(until_reached, world.other, address, 80, "b4")
            file.unlink()
            await asyncio.to_thread(until_gone, world.other, address)
        await load.more()
    load.assert_flawless()


async def test_the_controller_is_killed_and_comes_back(shop, world):
    async with steady_load(world.client, CLUSTER_IP, 80) as load:
        shop.kill()
        await load.more()
        await asyncio.to_thread(shop.start, "--only", "l4")
        shop.save("endpoints.yaml", endpoints("web", 4))
        await load.until_answered_by("b4")
    load.assert_flawless()


async def test_a_node_is_drained(router, world, echo):
    """New connections go elsewhere; the old ones stay."""
    for space in world.nodes.values():
        echo.listen(space, "tcp", 32111)
        echo.listen(space, "http", 10256)
        router.save(f"{space.name}.yaml", node(space))
    router.save("web.yaml", service("web", port(88, 32111)))
    router.start("--only", "l4", "--via", "nodeport")
    async with steady_load(world.client, "192.0.2.1", 88) as load:
        await load.until_answered_by("node-a", "node-b", "node-c")
        router.save("node-a.yaml", node(world.nodes["node-a"], leaving=True))
        await load.until_answered_by("node-b", "node-c")
        router.save("node-b.yaml", node(world.nodes["node-b"], excluded=True))
        await load.until_answered_by("node-c")
        (router.folder / "node-a.yaml").unlink()
        await load.more()
    load.assert_flawless()
    assert load.names.keys() == {"node-c"}


def until_gone(space, address):
    until(lambda: end(space, address, 80) != "answered", f"{address} to be gone")
