"""Silence, slowness and people who give up."""

import asyncio

import pytest

from kube.http.origin import Origin, chunked
from live.until import eventually
from portico.kube.config.access import Access
from portico.kube.config.server import Server
from portico.kube.http.client import Client
from portico.kube.http.errors import (
    GarbledError,
    KubeError,
    SilentError,
    UnreachableError,
)
from portico.kube.http.request import Patience, Request

VERSION = Request("GET", "/version")


def client_of(origin, path="", **more):
    server = Server("http", "127.0.0.1", origin.port, path)
    return Client(Access(server, **more))


async def silent(_seen, reader, _writer):
    await reader.read()
    return False


async def test_a_server_that_does_not_answer():
    async with Origin(silent) as origin, client_of(origin) as client:
        with pytest.raises(SilentError, match=r"silent for"):
            await client.read(Request("GET", "/", patience=Patience(answer=0.05)))


async def test_a_server_that_never_comes_to_the_answer():
    """Each 100 would renew the patience."""

    async def interim(_seen, _reader, writer):
        while True:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await writer.drain()

    async with Origin(interim) as origin, client_of(origin) as client:
        with pytest.raises(GarbledError, match="sent no head of an answer"):
            await client.read(Request("GET", "/", patience=Patience(answer=60.0)))


async def test_a_server_that_falls_silent():
    async def half(seen, reader, writer):
        writer.write(chunked(b"one"))
        return await silent(seen, reader, writer)

    async with (
        Origin(half) as origin,
        client_of(origin) as client,
        client.request(VERSION) as response,
    ):
        chunks = response.chunks(silence=0.05)
        assert await anext(chunks) == b"one"
        with pytest.raises(SilentError):
            await anext(chunks)


async def test_a_watch_ends_when_nobody_reads_it():
    async def forever(_seen, reader, writer):
        writer.write(chunked(b"event"))
        await reader.read()
        return False

    async with Origin(forever) as origin, client_of(origin) as client:
        async with client.request(VERSION) as response:
            async for chunk in response.chunks():
                assert chunk == b"event"
                break

        async def nobody():
            return origin.open == 0

        await eventually(nobody, "the end of the watch")


async def test_a_reader_who_is_slow_slows_the_server():
    sent = 0

    async def flood(_seen, _reader, writer):
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while sent < 200_000_000:
            writer.write(bytes(1 << 16))
            await writer.drain()
            sent += 1 << 16
        return False

    async with (
        Origin(flood) as origin,
        client_of(origin) as client,
        client.request(VERSION) as response,
    ):
        chunks = response.chunks()
        await anext(chunks)
        looks = [-1]

        async def stuck():
            looks.append(sent)
            return looks[-10:] == [sent] * 10

        await eventually(stuck, "the server to wait for us")
        assert sent < 100_000_000


async def test_many_at_once_who_give_up_leave_nothing():
    async with Origin(silent) as origin, client_of(origin) as client:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.read(VERSION)) for _ in range(10)]

            async def all_asked():
                return len(origin.seen) == 10

            await eventually(all_asked, "10 questions")
            for task in tasks:
                task.cancel()

        async def nobody():
            return origin.open == 0

        await eventually(nobody, "the end of all connections")


async def test_nobody_listens():
    async with Origin() as origin:
        port = origin.port
    async with Client(Access(Server("http", "127.0.0.1", port))) as client:
        with pytest.raises(UnreachableError) as caught:
            await client.read(VERSION)
    assert str(caught.value) == (
        f"http://127.0.0.1:{port} cannot be reached: Connection refused; "
        "is the cluster running, and the address right?"
    )


async def test_a_name_that_nobody_knows():
    async with Client(Access(Server("http", "nobody.invalid", 80))) as client:
        with pytest.raises(UnreachableError, match="its name is not known"):
            await client.read(VERSION)


async def test_a_header_that_is_none_is_not_sent_and_not_repeated():
    async with Origin() as origin, client_of(origin) as client:
        with pytest.raises(KubeError) as caught:
            await client.read(Request("GET", "/", headers=(("X", "secret\r\nevil: 1"),)))
    assert "secret" not in str(caught.value)
    assert origin.connections == 0
