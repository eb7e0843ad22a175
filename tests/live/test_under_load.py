"""What users do all day, while requests and WebSockets go on: nothing fails, nothing reloads."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from live import acts, processes
from live.load import CLIENTS, SOCKETS, steady_load
from live.until import until

ENOUGH = 4000
"""Requests that each story sees at least."""

pytestmark = [pytest.mark.nginx, pytest.mark.load]


@pytest.fixture
def shop(program, ports):
    acts.open_shop(program, ports)
    return program


@asynccontextmanager
async def unharmed(shop):
    """Load that must not notice anything, on an nginx that must not notice anything either."""
    master, workers = shop.master, shop.workers
    async with steady_load(shop.http) as load:
        yield load
        await load.more(max(500, ENOUGH - load.requests))
    load.assert_flawless()
    assert (shop.master, shop.workers) == (master, workers)
    figures = shop.figures()
    assert (figures["reloads"], figures["whole_pushes"]) == (0, 0)


async def test_endpoints_change_twenty_times_a_second(shop, ports):
    before = shop.figures()["pushes"]
    async with unharmed(shop) as load:
        await acts.change_endpoints(shop, load, ports)
    assert shop.figures()["pushes"] > before + 30  # saves close together may become one change


async def test_routes_come_and_go(shop, ports):
    async with unharmed(shop):
        await acts.change_routes(shop, ports)


async def test_certificates_are_rotated(shop):
    async with unharmed(shop):
        await acts.rotate_certificates(shop)


async def test_the_controller_is_killed_and_comes_back(shop, ports):
    async with unharmed(shop) as load:
        await acts.restart_controller(shop, load, ports)


async def test_a_file_is_broken_and_repaired(shop, ports):
    async with unharmed(shop) as load:
        await acts.break_a_file(shop, load, ports)


async def test_a_secret_gets_a_wrong_key_and_is_repaired(shop):
    async with unharmed(shop):
        await acts.break_a_secret(shop, 1)


async def test_all_of_it_together(shop, ports):
    async with unharmed(shop) as load:
        async with asyncio.TaskGroup() as group:
            group.create_task(acts.change_endpoints(shop, load, ports, saves=40))
            group.create_task(acts.change_routes(shop, ports, rounds=5))
            group.create_task(acts.rotate_certificates(shop, rounds=5))
        await acts.restart_controller(shop, load, ports)
        await acts.break_a_file(shop, load, ports)
        await acts.break_a_secret(shop, 6)
        await acts.restart_controller(shop, load, ports)


async def test_a_worker_is_killed(shop, ports):
    """Only what that worker was doing fails; it is replaced, and changes still arrive."""
    victim, other = shop.workers
    async with load_in(shop, victim, other) as hurt, load_in(shop, other, victim) as unhurt:
        processes.kill(victim)
        until(lambda: len(set(shop.workers) - {victim, other}) == 1, "another worker")
        await hurt.more(1000)
        shop.save("endpoints.yaml", acts.web(ports, "c"))
        await hurt.until_answered_by("c")
        await unhurt.until_answered_by("c")
    unhurt.assert_flawless()
    assert len(hurt.cuts) == SOCKETS
    assert 0 < len(hurt.failures) <= CLIENTS, hurt.failures
    assert all(port for port, _ in hurt.failures), "new connections were refused"
    assert shop.figures()["reloads"] == 0


@asynccontextmanager
async def load_in(shop, worker, other):
    """Load whose connections are all in one worker."""
    running = steady_load(shop.http)
    with processes.paused(other):
        load = await running.__aenter__()
    try:
        yield load
    finally:
        await running.__aexit__(None, None, None)
