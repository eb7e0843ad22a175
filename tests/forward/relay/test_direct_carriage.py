"""Connections to an address, in the same shape as those to a pod."""

import asyncio
import socket
import struct

import pytest

from forward.relay.line import line
from portico.forward.relay.direct_carriage import DirectCarriage
from portico.kube.streams.stream import Ending
from support.kubelet.app import content
from support.kubelet.apps import GREETINGS, HTTP, ORDERS, running_apps


@pytest.fixture(scope="module")
def ports():
    with running_apps() as apps:
        yield {port: at for port, (_, at) in apps.start("web").items()}


@pytest.fixture
async def carriage():
    made = DirectCarriage("127.0.0.1")
    await made.open()
    yield made
    await made.close()


async def test_both_directions_arrive_whole(carriage, ports):
    async with line(carriage, ports[ORDERS]) as one:
        assert await one.order("bytes 3000000") == content(3_000_000)
        one.writer.write_eof()
        outcome = await one.outcome
    assert outcome.end.ending is Ending.CLEAN
    assert (outcome.sent, outcome.received) == (len("bytes 3000000\n"), 3_000_000)


async def test_a_half_close_is_passed_on(carriage, ports):
    """Between there is no containerd."""
    async with line(carriage, ports[ORDERS]) as one:
        one.writer.write(b"count\n12345")
        one.writer.write_eof()
        assert await one.hear_all() == b"5\n"
        assert (await one.outcome).end.ending is Ending.CLEAN


async def test_a_reset_is_one_here(carriage, ports):
    async with line(carriage, ports[ORDERS]) as one:
        with pytest.raises(ConnectionResetError):
            await one.order("reset")
        assert (await one.outcome).end.ending is Ending.RESET_BY_POD


async def test_a_port_that_nobody_listens_on(carriage):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with line(carriage, port) as one:
        with pytest.raises(ConnectionResetError):
            await one.hear_all()
        outcome = await one.outcome
    assert outcome.end.ending is Ending.REFUSED
    assert "connection refused" in outcome.error


async def test_a_reset_of_the_client_is_one_there(carriage):
    seen = asyncio.get_running_loop().create_future()

    async def serve(reader, writer):
        try:
            await reader.read()
            seen.set_result("an end")
        except ConnectionResetError:
            seen.set_result("a reset")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        async with line(carriage, server.sockets[0].getsockname()[1]) as one:
            await one.say(b"hello")
            raw = one.writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert await asyncio.wait_for(seen, 20) == "a reset"
    assert (await one.outcome).end.ending is Ending.RESET_BY_CLIENT


async def test_closing_ends_what_is_carried(ports):
    carriage = DirectCarriage("127.0.0.1")
    async with line(carriage, ports[GREETINGS]) as one:
        await one.hear(5)
        await carriage.close()
        assert (await one.outcome).end.ending is Ending.CLOSED


async def test_ports_of_one_address(carriage, ports):
    async with line(carriage, ports[HTTP]) as http, line(carriage, ports[GREETINGS]) as greeting:
        await http.say(b"GET / HTTP/1.1\r\n\r\n")
        assert (await http.hear(8)) == b"HTTP/1.1"
        assert (await greeting.hear(5)) == b"hello"
