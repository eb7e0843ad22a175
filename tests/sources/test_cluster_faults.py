"""Whatever goes wrong on the way: in the end the plan is the one of a fresh list."""

import asyncio

import pytest

from sources.cluster_objects import endpoint_slice, ingress, secret, service, shop
from sources.cluster_world import followed, until, until_as_fresh
from support.api_server import StreamedLists, running_api_server


@pytest.fixture(params=[StreamedLists.SERVED, StreamedLists.FORBIDDEN], ids=["stream", "pages"])
def server(request):
    with running_api_server(bookmark_every=0.2, streamed_lists=request.param) as running:
        running.put(*shop("a", "b", "c"))
        running.put(secret("of-a", "a.example"), ingress("s", "a.example", "a", secret="of-a"))
        yield running


def change(server):
    """Something of everything: changed, removed, and new."""
    server.put(endpoint_slice("a", "10.0.1.1"), service("b", 8080), *shop("d"))
    server.remove("ingresses", "shop", "c")
    server.remove("services", "shop", "c")
    server.put(secret("of-a", "a.example", "www.a.example"))


def cut_in_the_middle(server):
    server.faults.cut_next_event = True
    change(server)


def gone(server):
    server.compact()
    server.expire_watches()
    change(server)


def cut_and_gone(server):
    server.stop()
    change(server)
    server.compact()
    server.start()


def away(server):
    server.stop()
    change(server)
    server.start()


def errors(server):
    server.fail(500, times=8)
    server.cut_watches()
    change(server)


def doubled(server):
    server.faults.doubles = True
    change(server)


def swapped(server):
    server.faults.swaps = True
    change(server)


def garbled(server):
    server.faults.garbles = True
    change(server)


def half_dead(server):
    """The watches are open and tell nothing; the others notice."""
    server.faults.is_silent = True
    change(server)
    server.cut_watches()
    server.faults.is_silent = False


def older_state(server):
    saved = server.save()
    change(server)
    server.restart(saved)


def broken_and_mended_while_away(server):
    server.stop()
    server.put({**ingress("a", "a.example", "a"), "spec": "none"})
    server.start()


@pytest.mark.parametrize(
    "fault",
    [
        change,
        cut_in_the_middle,
        gone,
        cut_and_gone,
        away,
        errors,
        doubled,
        swapped,
        garbled,
        half_dead,
        older_state,
    ],
)
async def test_the_plan_is_that_of_a_fresh_list(server, fault):
    async with followed(server) as reader:
        fault(server)
        server.put(service("later"))
        await until(lambda: "shop/later" in reader.refs("Service"), "what came later")
        server.faults.clear()  # or who comes only now would suffer, too
        await until_as_fresh(reader, server)


@pytest.mark.parametrize("server", [StreamedLists.SERVED], indirect=True, ids=["stream"])
async def test_a_burst_of_events_ends_with_the_last_of_each(server):
    """100,000 events of 100 slices, faster than anybody could act on each."""
    async with followed(server) as reader:
        for turn in range(1000):
            subnet = f"10.{turn // 250}.{turn % 250}"
            slices = [endpoint_slice(f"s{n}", f"{subnet}.{n}") for n in range(100)]
            await asyncio.to_thread(server.put, *slices)
        last = {f"10.3.249.{n}" for n in range(100)}
        await until(lambda: addresses(reader) >= last, "the last of each")
        await until_as_fresh(reader, server)


def addresses(reader):
    return {
        address
        for ref in reader.store.refs(["EndpointSlice"])
        for endpoint in reader.store.get(ref).endpoints
        for address in endpoint.addresses
    }


async def test_while_the_server_is_away_the_last_state_stays(server):
    async with followed(server) as reader:
        before = reader.plan
        server.stop()
        await until(lambda: reader.trouble, "the trouble")
        assert "cannot be reached" in reader.trouble or "ended the connection" in reader.trouble
        assert reader.plan == before
        server.start()
        await until(lambda: not reader.trouble, "the end of the trouble")
        assert reader.plan == before


async def test_what_is_broken_while_away_keeps_its_last_good_state(server):
    async with followed(server) as reader:
        before = reader.plan
        broken_and_mended_while_away(server)
        await until(reader.faults, "the fault")
        assert reader.plan == before
