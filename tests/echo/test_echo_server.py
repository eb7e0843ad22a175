"""Starting and stopping."""

import asyncio
import logging
import socket

import pytest
from aiohttp import ClientSession

from portico.echo import serve
from portico.echo.underway import Underway


async def until_refused(echo):
    while True:
        try:
            async with echo.connected():
                pass
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            continue  # the listener closed with this connection still in its queue


async def test_an_upload_under_way_finishes_and_nothing_new_begins(running):
    async with running() as echo, echo.connected() as (reader, writer):
        writer.write(
            b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        )
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        echo.stop.set()
        await until_refused(echo)
        writer.write(b"abc")
        answer = await reader.read()
    assert b"\r\nConnection: close\r\n" in answer
    assert b'"body_bytes": 3' in answer


async def test_a_stream_under_way_finishes(running):
    async with running() as echo, echo.connected() as (reader, writer):
        writer.write(b"GET /stream?count=5&interval=0.02 HTTP/1.0\r\n\r\n")
        await reader.readuntil(b"id: 1\n")
        echo.stop.set()
        assert b"id: 5\n" in await reader.read()


async def test_a_stop_closes_websockets_and_idle_connections(running):
    async with (
        running() as echo,
        ClientSession(echo.url) as client,
        echo.connected() as (reader, writer),
    ):
        writer.write(b"GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n\x00")
        async with client.ws_connect("/ws") as held:
            echo.stop.set()
            assert (await held.receive()).data == 1001
        assert await reader.read() == b""


@pytest.mark.parametrize(
    "path", ["/stream?interval=300", "/stream?count=1000000&interval=0", "/bytes/10737418240"]
)
async def test_a_client_that_leaves_ends_its_request_without_noise(running, caplog, path):
    with caplog.at_level(logging.WARNING):
        async with (
            asyncio.timeout(4),
            running() as echo,
            echo.connected() as (reader, writer),
        ):
            writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
            writer.transport.abort()
    assert not caplog.records


async def test_a_half_closed_connection_ends_its_stream_without_noise(running, caplog):
    with caplog.at_level(logging.WARNING):
        async with (
            asyncio.timeout(4),
            running() as echo,
            echo.connected() as (reader, writer),
        ):
            writer.write(b"GET /stream?count=1000000&interval=0 HTTP/1.1\r\nHost: a\r\n\r\n")
            writer.write_eof()
            await reader.read()
    assert not caplog.records


async def test_a_client_that_leaves_its_upload_makes_no_noise(running, caplog):
    with caplog.at_level(logging.WARNING):
        async with (
            asyncio.timeout(4),
            running() as echo,
            echo.connected() as (reader, writer),
        ):
            writer.write(
                b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
            )
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"abc")
    assert not caplog.records


async def test_what_outlasts_the_grace_is_cut():
    underway = Underway()
    async with asyncio.TaskGroup() as group:
        endless = group.create_task(asyncio.Event().wait())
        underway.enter(endless)
        await underway.settle(0.01)
    assert endless.cancelled()


async def test_stop_before_start_still_says_ready():
    stop = asyncio.Event()
    stop.set()
    ports: list[int] = []
    await serve("cart", "127.0.0.1", 0, ready=ports.append, stop=stop)
    assert len(ports) == 1


async def test_a_taken_address_is_an_os_error():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await serve("cart", "127.0.0.1", taken.getsockname()[1], stop=asyncio.Event())


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
async def test_an_ipv6_peer_is_bracketed():
    stop = asyncio.Event()
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        group.create_task(serve("cart", "::1", 0, ready=port.set_result, stop=stop))
        async with ClientSession(f"http://[::1]:{await port}") as client, client.get("/") as answer:
            assert (await answer.json())["client"].startswith("[::1]:")
        stop.set()
