"""Bodies: whole, in pieces, packed, cut, and those that are none."""

import asyncio
import gzip

import pytest

from kube.http.origin import Origin, answer, chunked
from portico.kube.config.access import Access
from portico.kube.config.server import Server
from portico.kube.http.client import Client
from portico.kube.http.errors import (
    GarbledError,
    UnreachableError,
)
from portico.kube.http.request import Request

VERSION = Request("GET", "/version")


def client_of(origin, path="", **more):
    server = Server("http", "127.0.0.1", origin.port, path)
    return Client(Access(server, **more))


@pytest.mark.parametrize(
    "raw",
    [
        chunked(b"one ", b"two ", b"three", b""),
        answer(b"one two three"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(b"one two three"),
        b"HTTP/1.0 200 OK\r\n\r\none two three",
        answer(gzip.compress(b"one two three"), "200 OK", "Content-Encoding: gzip"),
    ],
    ids=["chunked", "length", "after 100", "until the end", "gzip"],
)
async def test_bodies_of_all_kinds(raw):
    async def bytewise(_seen, _reader, writer):
        for index in range(len(raw)):
            writer.write(raw[index : index + 1])
            await writer.drain()
            await asyncio.sleep(0)
        return False

    async with Origin(raw, bytewise) as origin, client_of(origin) as client:
        for _ in range(2):
            if raw.startswith(b"HTTP/1.0"):
                origin.answers = [bytewise]
            assert await client.read(VERSION) == b"one two three"


async def test_an_empty_answer():
    async with (
        Origin(b"HTTP/1.1 204 No Content\r\n\r\n") as origin,
        client_of(origin) as client,
        client.request(Request("DELETE", "/x")) as response,
    ):
        assert response.code == 204
        assert await response.read() == b""


async def test_a_large_packed_body_comes_in_pieces():
    body = b"a line of which there are many\n" * 300_000
    packed = answer(gzip.compress(body), "200 OK", "Content-Encoding: gzip")
    async with Origin(packed) as origin, client_of(origin) as client:
        async with client.request(VERSION) as response:
            pieces = [chunk async for chunk in response.chunks()]
        assert b"".join(pieces) == body
        assert max(map(len, pieces)) <= 1 << 20
        await client.read(VERSION)
        assert origin.connections == 1


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000, "does not speak HTTP"),
        (answer(b"not packed", "200 OK", "Content-Encoding: gzip"), "cannot be unpacked"),
    ],
)
async def test_garbage_is_told(raw, told):
    async with Origin(raw) as origin, client_of(origin) as client:
        with pytest.raises(GarbledError, match=told):
            await client.read(VERSION)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        chunked(b'{"type":"ADDED","obj'),
        b"HTTP/1.1 200 OK\r\nContent-Le",
    ],
)
async def test_an_answer_that_is_cut_is_told(raw):
    async def cut(_seen, _reader, writer):
        writer.write(raw)
        await writer.drain()
        return False

    async with Origin(cut) as origin, client_of(origin) as client:
        with pytest.raises(UnreachableError):
            await client.read(VERSION)


async def test_an_answer_that_is_longer_than_wanted_is_told():
    async with (
        Origin() as origin,
        client_of(origin) as client,
        client.request(VERSION) as response,
    ):
        with pytest.raises(GarbledError, match="more than 10 bytes"):
            await response.read(limit=10)


@pytest.mark.parametrize(
    ("compresses", "host", "wants"),
    [
        (True, "127.0.0.1", []),  # packing would cost more than it saves
        (True, "somewhere.example", ["gzip"]),
        (False, "somewhere.example", []),
    ],
)
async def test_who_wants_packed_answers(compresses, host, wants, monkeypatch):
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo
    async with Origin() as origin:

        async def to_us(_host, *arguments, **options):
            return await real("127.0.0.1", *arguments, **options)

        monkeypatch.setattr(loop, "getaddrinfo", to_us)
        access = Access(Server("http", host, origin.port), compresses=compresses)
        async with Client(access) as client:
            await client.read(VERSION)
        assert origin.seen[0].all("Accept-Encoding") == wants
