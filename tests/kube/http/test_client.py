"""Questions and answers over one connection or many, without TLS."""

import asyncio
import json

import pytest

from kube.http.origin import BODY, Origin, answer
from live.until import eventually
from portico.kube.config.access import Access
from portico.kube.config.server import Server, parse_server
from portico.kube.http.client import Client
from portico.kube.http.errors import (
    KubeError,
    UnreachableError,
)
from portico.kube.http.request import Request

VERSION = Request("GET", "/version")


def client_of(origin, path="", **more):
    server = Server("http", "127.0.0.1", origin.port, path)
    return Client(Access(server, **more))


async def test_the_server_sees_a_plain_request():
    async with Origin() as origin, client_of(origin, path="/base", user_agent="us/1") as client:
        query = (("labelSelector", "app in (a, b)"), ("limit", "500"))
        assert await client.read(Request("GET", "/api/v1/pods", query)) == BODY
    (seen,) = origin.seen
    assert seen.method == "GET"
    assert seen.target == "/base/api/v1/pods?labelSelector=app%20in%20%28a%2C%20b%29&limit=500"
    assert seen.headers == [
        ("Host", f"127.0.0.1:{origin.port}"),
        ("User-Agent", "us/1"),
        ("Accept", "application/json"),
    ]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_body_arrives_whole(method):
    body = json.dumps({"text": "x" * 3_000_000}).encode()
    async with Origin() as origin, client_of(origin) as client:
        headers = (("Content-Type", "application/json"),)
        assert await client.read(Request(method, "/x", body=body, headers=headers)) == BODY
    assert origin.seen[0].body == body
    assert origin.seen[0].one("Content-Type") == "application/json"


async def test_a_post_without_a_body_says_so():
    async with Origin() as origin, client_of(origin) as client:
        await client.read(Request("POST", "/x"))
    assert origin.seen[0].one("Content-Length") == "0"


async def test_questions_one_after_the_other_share_a_connection():
    async with Origin() as origin, client_of(origin) as client:
        for _ in range(5):
            await client.read(VERSION)
        assert origin.connections == 1


async def test_questions_at_once_have_connections_of_their_own():
    gate = asyncio.Event()

    async def wait(_seen, _reader, writer):
        await gate.wait()
        writer.write(answer())
        return True

    async with Origin(wait) as origin, client_of(origin) as client:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.read(VERSION)) for _ in range(40)]

            async def all_asked():
                return len(origin.seen) == 40

            await eventually(all_asked, "40 questions")
            gate.set()
        assert [task.result() for task in tasks] == [BODY] * 40
        assert origin.connections == 40

        async def most_are_gone():
            return origin.open <= 25

        await eventually(most_are_gone, "the end of what is not kept")
        await client.read(VERSION)
        assert origin.connections == 40


async def test_a_connection_that_was_closed_while_idle_is_replaced():
    async with Origin() as origin, client_of(origin) as client:
        await client.read(VERSION)
        origin.cut()
        assert await client.read(VERSION) == BODY
        assert origin.connections == 2


async def test_a_connection_that_ends_when_asked_again_is_replaced():
    """The server closed it at the very moment when we asked."""
    async with Origin(answer(), None, answer()) as origin, client_of(origin) as client:
        await client.read(VERSION)
        assert await client.read(VERSION) == BODY
        assert [seen.connection for seen in origin.seen] == [0, 0, 1]


async def test_what_changes_something_is_not_asked_twice():
    async with Origin(answer(), None, answer()) as origin, client_of(origin) as client:
        await client.read(VERSION)
        with pytest.raises(UnreachableError, match="ended the connection"):
            await client.read(Request("POST", "/x", body=b"{}"))
        assert len(origin.seen) == 2


async def test_a_fresh_connection_that_ends_is_an_error():
    async with Origin(None) as origin, client_of(origin) as client:
        with pytest.raises(UnreachableError, match="ended the connection"):
            await client.read(VERSION)
        assert len(origin.seen) == 1


async def test_connection_close_is_obeyed():
    last = answer(BODY, "200 OK", "Connection: close")
    async with Origin(last) as origin, client_of(origin) as client:
        for _ in range(2):
            assert await client.read(VERSION) == BODY
        assert origin.connections == 2


async def test_unasked_bytes_end_a_kept_connection():
    too_much = answer() + b"HTTP/1.1 200 OK\r\n\r\n"
    async with Origin(too_much, answer()) as origin, client_of(origin) as client:
        await client.read(VERSION)
        assert await client.read(VERSION) == BODY
        assert origin.connections == 2


async def test_ipv6():
    async with Origin(host="::1") as origin:
        async with Client(Access(parse_server(f"http://[::1]:{origin.port}"))) as client:
            assert await client.read(VERSION) == BODY
        assert origin.seen[0].one("Host") == f"[::1]:{origin.port}"


async def test_another_protocol_takes_over():
    async def switch(_seen, reader, writer):
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\n")
        writer.write(b"Connection: Upgrade\r\n\r\nfirst")
        writer.write(await reader.readexactly(4))
        return False

    headers = (("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1"))
    async with Origin(switch) as origin, client_of(origin) as client:
        asked = Request("POST", "/portforward", headers=headers)
        async with client.upgrade(asked) as (pipe, response, first):
            assert response.headers["upgrade"] == "SPDY/3.1"
            pipe.write(b"ping")
            got = first
            while part := await pipe.receive(5):
                got += part
        assert got == b"firstping"


async def test_another_protocol_may_be_slow():
    """Who waits until it is taken does not fill the memory."""
    gate = asyncio.Event()

    async def switch(_seen, reader, writer):
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        await gate.wait()
        sent = len(await reader.read(-1))
        writer.write(str(sent).encode())
        return False

    headers = (("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1"))
    async with (
        Origin(switch) as origin,
        client_of(origin) as client,
        client.upgrade(Request("POST", "/portforward", headers=headers)) as (pipe, _, _),
    ):
        written = 0
        async with asyncio.TaskGroup() as group:
            has_room = True
            while has_room:
                pipe.write(bytes(1 << 20))
                written += 1 << 20
                has_room, _ = await asyncio.wait([group.create_task(pipe.drain())], timeout=0.2)
            gate.set()
        await pipe.drain()
        pipe.write_eof()
        assert await pipe.receive(20) == str(written).encode()
        assert written < 100_000_000


async def test_who_is_not_upgraded_gets_an_error():
    async with Origin() as origin, client_of(origin) as client:
        asked = Request("GET", "/", headers=(("Connection", "Upgrade"), ("Upgrade", "websocket")))
        with pytest.raises(KubeError):
            async with client.upgrade(asked):
                pass
