"""Many connections to one pod: who has a session to itself, and who suffers from whom."""

import asyncio
import contextlib
import hashlib

from forward.relay.line import line
from live.until import eventually
from portico.kube.streams.forms import Form
from portico.kube.streams.stream import Ending
from support.kubelet.app import content
from support.kubelet.apps import GREETINGS, ORDERS

LONG = 30_000_000


async def sessions_of(server):
    return await asyncio.to_thread(server.on_nodes, lambda nodes: nodes.sessions())


async def test_one_session_is_always_ready_for_the_next(opened, server):
    carriage = await opened(form=Form.SPDY, sessions=3)
    lines = []
    for wanted in (2, 3, 3, 3):
        one = line(carriage, GREETINGS)
        lines.append(one)
        await (await one.__aenter__()).hear(5)

        async def are_there(wanted=wanted):
            return await sessions_of(server) == wanted

        await eventually(are_there, f"{wanted} sessions")
    for one in lines:
        await one.__aexit__(None, None, None)


async def test_who_does_not_read_is_in_nobodys_way(opened, server, form):
    carriage = await opened(form=form)
    async with line(carriage, ORDERS) as stalled:
        await stalled.say(b"bytes %d\n" % LONG)
        await stalled.hear(1)
        for _ in range(8):
            async with line(carriage, ORDERS) as one:
                assert await one.order("bytes 5000") == content(5000)
        # and it is not given up: there is a session that waits for it
        assert not stalled.outcome.done()
        rest = await stalled.hear(LONG - 1)
    assert hashlib.sha256(rest).digest() == hashlib.sha256(content(LONG)[1:]).digest()


async def test_slow_readers_on_one_session_get_everything(opened, form):
    """They came at once, and there is one session only."""
    carriage = await opened(form=form, sessions=1)

    async def slow():
        async with line(carriage, ORDERS, buffer=1 << 14) as one:
            await one.say(b"bytes 8000000\n")
            digest, left = hashlib.sha256(), 8_000_000
            while left:
                piece = await one.reader.read(1 << 14)
                assert piece, one.outcome
                digest.update(piece)
                left -= len(piece)
                await asyncio.sleep(0)
            return digest.digest()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(slow()) for _ in range(4)]
    assert {task.result() for task in tasks} == {hashlib.sha256(content(8_000_000)).digest()}


async def test_who_stops_on_a_shared_session_is_given_up_and_the_other_goes_on(opened):
    carriage = await opened(form=Form.SPDY, sessions=1)
    async with line(carriage, GREETINGS) as one, line(carriage, ORDERS) as stalled:
        await stalled.say(b"bytes %d\n" % LONG)
        await one.reader.readuntil(b"\n")
        outcome = await asyncio.wait_for(stalled.outcome, 20)
        assert outcome.end.ending is Ending.TOO_SLOW
        await one.say(b"go on")
        assert await one.hear(5) == b"GO ON"


async def test_a_pod_that_does_not_read_holds_its_client_only(opened):
    carriage = await opened(form=Form.SPDY)
    async with line(carriage, ORDERS) as up, line(carriage, GREETINGS) as other:
        await up.say(b"deaf\n")
        assert await up.hear(5) == b"deaf\n"
        piece, sent = bytes(1 << 20), 0
        with contextlib.suppress(TimeoutError):
            while True:
                await asyncio.wait_for(up.say(piece), 0.5)
                sent += len(piece)
        assert sent < 100 << 20  # or it would be in somebody's memory
        await other.say(b"go on")
        assert await other.reader.readuntil(b"GO ON")
