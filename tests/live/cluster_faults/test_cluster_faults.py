"""One thing goes wrong while something of everything changes."""

import pytest

from sources.cluster_objects import endpoint_slice, secret, service, shop
from sources.cluster_world import until

BURST = 100_000


async def change(road):
    """Something of everything: changed, removed, and new."""
    await road.apply(endpoint_slice("a", "10.0.1.1"), service("b", 8080), *shop("d"))
    await road.delete("Ingress", "c")
    await road.delete("Service", "c")
    await road.apply(secret("of-a", "a.example", "www.a.example"))


async def cut_in_the_middle(road):
    road.proxy.faults.cut_next_event = True
    await change(road)


async def gone(road):
    road.proxy.expire_watches()
    await change(road)


async def away(road):
    await road.proxy.stop()
    await change(road)
    await road.proxy.start()


async def away_and_gone(road):
    await road.proxy.stop()
    await change(road)
    road.proxy.fail(410, 5, verb="watch")
    await road.proxy.start()


async def errors(road):
    road.proxy.fail(500, 8)
    road.proxy.cut_watches()
    await change(road)


async def too_many_requests(road):
    road.proxy.fail(429, 8)
    road.proxy.cut_watches()
    await change(road)


async def unauthorized(road):
    """A token has expired, and there is another after a while."""
    road.proxy.fail(401, 8)
    road.proxy.cut_watches()
    await change(road)


async def doubled(road):
    road.proxy.faults.doubles = True
    await change(road)


async def swapped(road):
    road.proxy.faults.swaps = True
    await change(road)


async def garbled(road):
    road.proxy.faults.garbles = True
    await change(road)


async def slow(road):
    road.proxy.faults.piece, road.proxy.faults.pause = 97, 0.002
    await change(road)


async def half_dead(road):
    """The watches stay open and say nothing; that is noticed after a while, and asked again."""
    road.proxy.faults.is_silent = True
    await change(road)
    before = len(road.proxy.asked)
    await until(lambda: len(road.proxy.asked) > before, "the silence to be noticed")
    road.proxy.faults.is_silent = False


async def mute(road):
    """Requests are taken, and nobody answers."""
    road.proxy.faults.is_mute = True
    road.proxy.cut_watches()
    await change(road)
    road.proxy.faults.is_mute = False


FAULTS = [
    change,
    cut_in_the_middle,
    gone,
    away,
    away_and_gone,
    errors,
    too_many_requests,
    unauthorized,
    doubled,
    swapped,
    garbled,
    slow,
    half_dead,
    mute,
]


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_plan_is_that_of_a_fresh_list(road, fault):
    async with road.followed() as reader:
        await fault(road)
        await road.apply(service("later"))
        later = f"{road.namespace}/later"
        await until(lambda: later in reader.refs("Service"), "what came later")
        assert bool(road.proxy.harm) == (fault is not change)
        road.proxy.clear()
        await road.until_as_fresh(reader)
        await until(lambda: not reader.trouble, "the trouble to be over")


async def test_a_burst_of_events_ends_with_the_last_of_each(road):
    """A hundred thousand events of a few objects, faster than anybody could act on each."""
    turns, slices = 20, 5
    async with road.followed() as reader:
        road.proxy.copies = BURST // (turns * slices)
        for turn in range(turns):
            await road.apply(*(endpoint_slice(f"s{n}", f"10.9.{turn}.{n}") for n in range(slices)))
        last = {f"10.9.{turns - 1}.{n}" for n in range(slices)}
        await until(lambda: addresses(reader) >= last, "the last of each")
        road.proxy.clear()
        await road.until_as_fresh(reader)


def addresses(reader):
    return {
        address
        for ref in reader.store.refs(["EndpointSlice"])
        for endpoint in reader.store.get(ref).endpoints
        for address in endpoint.addresses
    }
