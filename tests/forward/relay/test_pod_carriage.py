"""Connections to a pod: what each of them brings there and back, and how it ends."""

import asyncio
import hashlib
import os

import pytest

from forward.relay.line import line
from live.until import eventually
from portico.kube.http.errors import ForbiddenError, NotFoundError
from portico.kube.streams.forms import Form
from portico.kube.streams.pod_stream import HalfClose
from portico.kube.streams.stream import Ending
from support.api_server.access import Rule
from support.kubelet.app import content
from support.kubelet.apps import GREETINGS, HTTP, ORDERS

ALL = pytest.mark.parametrize("form", list(Form), ids=str)


@ALL
async def test_both_directions_arrive_whole(opened, form):
    carriage = await opened(form=form)
    sent = os.urandom(3_000_000)
    async with line(carriage, ORDERS) as upward, line(carriage, ORDERS) as downward:
        await upward.say(b"digest %d\n" % len(sent) + sent)
        assert await downward.order("bytes 3000000") == content(3_000_000)
        assert (await upward.hear_all()).decode().strip() == hashlib.sha256(sent).hexdigest()
        outcome = await upward.outcome
    assert outcome.end.ending is Ending.CLEAN
    assert outcome.sent == len(b"digest 3000000\n") + len(sent)
    assert outcome.received == 65
    assert (await downward.outcome).received == 3_000_000


@ALL
async def test_whoever_speaks_first_is_heard(opened, form):
    carriage = await opened(form=form)
    async with line(carriage, GREETINGS) as one:
        assert await one.hear(len("hello, this is web\n")) == b"hello, this is web\n"
        await one.say(b"me too")
        assert await one.hear(6) == b"ME TOO"


@ALL
async def test_a_refused_port_ends_one_connection_only(opened, form):
    carriage = await opened(form=form)
    async with line(carriage, HTTP) as good, line(carriage, 9999) as bad:
        with pytest.raises(ConnectionResetError):
            await bad.hear_all()
        outcome = await bad.outcome
        await good.say(b"GET / HTTP/1.1\r\n\r\n")
        assert (await good.hear(len("HTTP/1.1 200 OK"))) == b"HTTP/1.1 200 OK"
    assert outcome.end.ending is Ending.REFUSED
    assert "connection refused" in outcome.error
    assert carriage.lost is None


async def test_a_reset_of_the_application_is_one_here(opened, form):
    carriage = await opened(form=form)
    async with line(carriage, GREETINGS) as other, line(carriage, ORDERS) as one:
        with pytest.raises(ConnectionResetError):
            await one.order("reset")
        assert (await one.outcome).end.ending is Ending.RESET_BY_POD
        assert (await other.hear(5)) == b"hello"
    assert carriage.lost is None


async def test_an_older_node_tells_of_a_reset_in_words(opened, server, form):
    server.terms.resets = False
    carriage = await opened(form=form)
    async with line(carriage, ORDERS) as one:
        with pytest.raises(ConnectionResetError):
            await one.order("reset")
        assert "connection reset by peer" in (await one.outcome).error
    assert carriage.lost is None


async def test_a_reset_of_the_client_ends_the_connection_in_the_pod(opened, server, form):
    carriage = await opened(form=form)
    async with line(carriage, ORDERS) as one:
        await one.say(b"deaf\n")
        assert await one.hear(5) == b"deaf\n"
        await one.say(b"not read")
    assert (await one.outcome).error == ""

    async def has_ended():
        return not await asyncio.to_thread(server.on_nodes, lambda nodes: nodes.connections())

    await eventually(has_ended, "the end in the pod")


async def test_an_answer_may_take_its_time_after_the_client_has_ended(opened, form):
    """kubectl passes the end on at once, and containerd cuts what comes a moment later."""
    carriage = await opened(form=form)
    async with line(carriage, ORDERS) as one:
        one.writer.write(b"late 0.5\n")
        one.writer.write_eof()
        assert await one.hear_all() == b"late\n"
    assert (await one.outcome).end.ending is Ending.CLEAN


async def test_the_end_can_be_passed_on_at_once(opened, form):
    carriage = await opened(form=form, half_close=HalfClose.FORWARD)
    async with line(carriage, ORDERS) as one:
        one.writer.write(b"late 0.5\n")
        one.writer.write_eof()
        assert await one.hear_all() == b""  # cut by the pod's side


async def test_many_at_once(opened, form):
    carriage = await opened(form=form)

    async def one() -> bytes:
        async with line(carriage, ORDERS) as made:
            return await made.order("bytes 1000")

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one()) for _ in range(100)]
    assert {task.result() for task in tasks} == {content(1000)}


@ALL
async def test_a_pod_that_is_not_there(opened, form):
    with pytest.raises(NotFoundError) as caught:
        await opened("nobody", form=form, probe_port=HTTP)
    assert 'pods "nobody" not found' in str(caught.value)


async def test_who_may_not_forward(opened, server, form):
    server.access.rules["anybody"] = [Rule(("get",), ("",), ("pods",))]
    with pytest.raises(ForbiddenError) as caught:
        await opened(form=form)
    assert "pods/portforward" in str(caught.value)


class Listener:
    """A receiver without a socket."""

    def __init__(self):
        self.heard = b""
        self.end = asyncio.get_running_loop().create_future()

    def data_received(self, data):
        self.heard += bytes(data)

    def eof_received(self):
        pass

    def stream_ended(self, end):
        self.end.set_result(end)

    def pause_writing(self):
        pass

    def resume_writing(self):
        pass


@ALL
async def test_a_stream_needs_no_socket(opened, form):
    carriage = await opened(form=form)
    listener = Listener()
    carriage.open_stream(ORDERS, listener).write(b"bytes 100000\n")
    end = await asyncio.wait_for(listener.end, 20)
    assert end.ending is Ending.CLEAN
    assert listener.heard == content(100_000)


@ALL
async def test_closing_ends_what_is_carried(opened, form):
    carriage = await opened(form=form)
    listener = Listener()
    carriage.open_stream(GREETINGS, listener)
    async with line(carriage, GREETINGS) as one:
        await one.hear(5)
        await carriage.close()
        assert (await one.outcome).end.ending is Ending.CLOSED
    assert (await listener.end).ending is Ending.CLOSED
    assert opened.lost == []


async def test_one_connection_can_be_ended(opened, form):
    carriage = await opened(form=form)
    async with line(carriage, GREETINGS) as one, line(carriage, GREETINGS) as other:
        await one.hear(5)
        one.relay.abort()
        assert (await one.outcome).end.ending is Ending.CLOSED
        with pytest.raises(ConnectionResetError):
            await one.hear_all()
        assert await other.hear(5) == b"hello"
