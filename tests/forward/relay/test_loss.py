"""What happens to a pod, its node, and the way there: who hears of it, and who does not."""

import asyncio

import pytest

from forward.relay.line import line
from live.until import eventually
from portico.kube.streams import heartbeat
from portico.kube.streams.forms import Form
from portico.kube.streams.stream import Ending
from support.kubelet.apps import GREETINGS, HTTP, ORDERS


async def on_nodes(server, deed):
    return await asyncio.to_thread(server.on_nodes, deed)


async def until_lost(carriage):
    async def is_lost():
        return carriage.lost

    await eventually(is_lost, "the loss")


async def test_a_pod_that_is_gone(opened, server, form):
    carriage = await opened(form=form)
    async with line(carriage, GREETINGS) as one:
        await one.hear(5)
        await asyncio.to_thread(server.remove, "pods", "default", "web")
        with pytest.raises(ConnectionResetError):
            await one.hear_all()
        assert (await one.outcome).end.ending is Ending.LOST
    await until_lost(carriage)
    assert opened.lost == [carriage.lost]
    assert 'pods "web" not found' in str(carriage.lost)
    async with line(carriage, GREETINGS) as late:
        assert (await late.outcome).end.ending is Ending.LOST


async def test_a_session_that_outlives_its_pod(opened, server):
    """As with containerd: nobody tells of it before somebody asks for more."""
    server.terms.ends_sessions = False
    carriage = await opened(form=Form.SPDY)
    await asyncio.to_thread(server.remove, "pods", "default", "web")
    async with line(carriage, HTTP) as one:
        outcome = await one.outcome
    assert outcome.end.ending is Ending.LOST
    assert "sandbox" in outcome.error
    await until_lost(carriage)


async def test_a_network_that_has_changed_costs_one_connection(opened, server, form, monkeypatch):
    """Nobody says that the sessions are gone; the first to notice looks after all of them."""
    if form is Form.CHANNELS:
        pytest.skip("has no sessions")
    monkeypatch.setattr(heartbeat, "AT_ONCE", 0.6)
    carriage = await opened(form=form)
    async with line(carriage, GREETINGS) as one:
        await one.hear(5)

    async def is_unused():
        return not await on_nodes(server, lambda nodes: nodes.connections())

    await eventually(is_unused, "all sessions to be idle")
    await on_nodes(server, lambda nodes: nodes.each(lambda wire: wire.silence()))
    async with line(carriage, GREETINGS) as one:
        assert (await one.outcome).end.ending is Ending.LOST
    async with line(carriage, GREETINGS) as one:
        await one.hear(5)
    assert carriage.lost is None


async def test_sessions_that_are_cut_while_nobody_uses_them_are_no_loss(opened, server, form):
    carriage = await opened(form=form)
    for _ in range(2):
        before = await on_nodes(server, lambda nodes: len(nodes.seen))
        await on_nodes(server, lambda nodes: nodes.each(lambda wire: wire.cut()))

        async def has_another(before=before):
            return await on_nodes(server, lambda nodes: len(nodes.seen)) > before

        await eventually(has_another, "another session")
        async with line(carriage, ORDERS) as one:
            assert await one.order("bytes 1000")
    assert carriage.lost is None
    assert opened.lost == []


async def test_a_cut_session_ends_what_is_on_it_only(opened, server):
    carriage = await opened(form=Form.SPDY)
    async with line(carriage, GREETINGS) as first:
        await first.hear(5)

        async def has_two():
            return await on_nodes(server, lambda nodes: nodes.sessions()) == 2

        await eventually(has_two, "a session for the next")
        async with line(carriage, GREETINGS) as second:
            await second.hear(5)
            cut = []

            def cut_one(wire):
                if not cut:
                    cut.append(wire)
                    wire.cut()

            await on_nodes(server, lambda nodes: nodes.each(cut_one))
            done, others = await asyncio.wait(
                [first.outcome, second.outcome], return_when=asyncio.FIRST_COMPLETED, timeout=20
            )
            assert [each.result().end.ending for each in done] == [Ending.LOST]
            assert len(others) == 1
            survivor = first if second.outcome.done() else second
            await survivor.say(b"still there?")
            assert await survivor.reader.readuntil(b"STILL THERE?")
    assert carriage.lost is None


async def test_without_reconnecting_the_first_session_that_ends_is_the_end(opened, server):
    """As kubectl."""
    carriage = await opened(form=Form.SPDY, reconnects=False)
    await on_nodes(server, lambda nodes: nodes.each(lambda wire: wire.cut()))
    await until_lost(carriage)
    assert "lost connection to pod" in str(carriage.lost)


async def test_a_server_that_takes_sessions_and_ends_them_is_not_asked_forever(opened, server):
    server.terms.idle_cut = 0.05
    carriage = await opened(form=Form.SPDY)
    await until_lost(carriage)
    seen = await on_nodes(server, lambda nodes: len(nodes.seen))
    assert 3 <= seen < 10
