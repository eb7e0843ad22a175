"""What people forward ports for: HTTP, WebSockets, a database; all kinds of ends; much and many."""

import hashlib
import socket
import ssl
import struct
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from live.forward.postgres import psql, running_postgres
from live.processes import memory
from live.until import until
from model.certificates import pair
from support.kubelet.app import blocks, content
from support.kubelet.apps import HTTP, ORDERS
from support.kubelet.workloads import pod
from support.orders import all_of, asked, connected, exactly, ordered

DATABASE, OTHER = 5432, 9000
MEGABYTE = 1_000_000


@pytest.fixture
def forwarded(server, apps, portico):
    server.run(pod("shop-1"), apps.start("shop-1"))
    return portico("shop-1", f":{HTTP}", f":{ORDERS}").until_listening(lines=4)


@pytest.fixture
def one_port(server, portico):
    """Forward to any address of this machine, as if it were a port of a pod."""

    def start(port, address):
        server.run(pod("shop-1"), {port: address})
        return portico("shop-1", f":{port}").until_listening(lines=2).local[port]

    return start


def test_one_connection_for_many_requests(server, forwarded):
    with connected(forwarded.local[HTTP]) as connection:
        for _ in range(100):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
            assert connection.recv(1000).endswith(b"\r\n\r\nshop-1")
    assert server.on_nodes(lambda nodes: nodes.dials) == [("shop-1", HTTP)]


async def test_a_websocket(one_port):
    async def echo(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_bytes(message.data[::-1])
        return socket

    app = web.Application()
    app.router.add_get("/", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    local = one_port(OTHER, runner.addresses[0])
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(f"http://127.0.0.1:{local}/") as client:
            for size in (1, 125, 70_000, 1_000_000):
                await client.send_bytes(content(size))
                assert await client.receive_bytes() == content(size)[::-1]
        async with session.ws_connect(f"http://127.0.0.1:{local}/") as client:
            await client.close()
            assert client.close_code == 1000
    await runner.cleanup()


def test_a_database(one_port):
    rows = b"".join(b"row %d\n" % number for number in range(100_000))
    with running_postgres() as postgres:
        local = one_port(DATABASE, ("127.0.0.1", postgres.port))
        # With TLS it resets connections whose client has gone; that is the end of kubectl.
        for number in range(5):
            assert psql(local, f"select {number} + 40", tls=True) == b"%d\n" % (number + 40)
        psql(local, "create table goods (name text)", tls=False)
        psql(local, "copy goods from stdin", tls=True, stdin=rows)
        assert psql(local, "copy goods to stdout", tls=False) == rows
        assert psql(local, "copy goods to stdout", tls=True) == rows


def test_tls_that_ends_with_a_reset(server, one_port):
    """Of every connection, after its answer; the next ones do not suffer."""
    server.terms.grace = 0.2
    with _resetting_server() as address:
        local = one_port(OTHER, address)
        context = ssl.create_default_context(cadata=pair("localhost").chain.decode())
        for _ in range(3):
            with (
                connected(local) as raw,
                context.wrap_socket(raw, server_hostname="localhost") as connection,
            ):
                connection.sendall(b"question")
                assert connection.recv(100) == b"answer"
                connection.sendall(b"goodbye")
                with pytest.raises((ConnectionError, ssl.SSLError, AssertionError)):
                    assert connection.recv(100)


def test_half_close(forwarded):
    """What comes a while after the client has said all it had to say; kubectl would lose it."""
    with ordered(forwarded.local[ORDERS], "late 1.5") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection) == b"late\n"
    with ordered(forwarded.local[ORDERS], "bytes 3000000") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection) == content(3_000_000)


def test_the_end_of_the_application_is_told(forwarded):
    with ordered(forwarded.local[ORDERS], "late 0") as connection:
        assert all_of(connection) == b"late\n"


def test_a_reset_ends_one_connection(forwarded):
    with (
        ordered(forwarded.local[ORDERS], "echo") as other,
        ordered(forwarded.local[ORDERS], "reset") as connection,
    ):
        with pytest.raises((ConnectionResetError, AssertionError)):
            assert connection.recv(1)
        other.sendall(b"still here")
        assert exactly(other, 10) == b"still here"


def test_a_refused_port_ends_one_connection(server, apps, portico):
    server.run(pod("shop-1"), apps.start("shop-1"))
    process = portico("shop-1", f":{ORDERS}", ":9").until_listening(lines=4)
    with ordered(process.local[ORDERS], "echo") as other:
        for _ in range(3):
            with connected(process.local[9]) as connection, pytest.raises(ConnectionError):
                connection.recv(1)
        other.sendall(b"still here")
        assert exactly(other, 10) == b"still here"
    assert "connect: connection refused" in "\n".join(process.err)


def test_a_reader_that_stops_is_alone_with_it(forwarded):
    with ordered(forwarded.local[ORDERS], "bytes 200000000") as stalled:
        assert exactly(stalled, 10) == content(10)
        for _ in range(20):
            assert asked(forwarded.local[HTTP]) == "shop-1"
        assert exactly(stalled, 5_000_000) == content(5_000_010)[10:]


def test_an_application_that_stops_reading_is_alone_with_it(forwarded):
    with ordered(forwarded.local[ORDERS], "deaf") as stalled:
        assert exactly(stalled, 5) == b"deaf\n"
        stalled.settimeout(1)
        with pytest.raises(TimeoutError):
            stalled.sendall(bytes(100 * MEGABYTE))
        for _ in range(20):
            assert asked(forwarded.local[HTTP]) == "shop-1"


@pytest.mark.load
@pytest.mark.parametrize("way", ["down", "up"])
def test_much(forwarded, request, way):
    """256 MB, or as many as --megabytes says; memory stays flat and every byte arrives."""
    size = request.config.getoption("megabytes") * MEGABYTE
    wanted, found = hashlib.sha256(), hashlib.sha256()
    resident = []
    if way == "down":
        with ordered(forwarded.local[ORDERS], f"bytes {size}") as connection:
            for block in blocks(size):
                wanted.update(block)
                found.update(exactly(connection, len(block)))
                resident.append(memory(forwarded.pid))
        assert found.hexdigest() == wanted.hexdigest()
    else:
        with ordered(forwarded.local[ORDERS], f"digest {size}") as connection:
            for block in blocks(size):
                wanted.update(block)
                connection.sendall(block)
                resident.append(memory(forwarded.pid))
            assert all_of(connection).decode().strip() == wanted.hexdigest()
    early = max(resident[: len(resident) // 4])
    assert max(resident) < early + 16 * MEGABYTE, [early, max(resident)]


@pytest.mark.load
def test_a_thousand_at_once(forwarded):
    with ExitStack() as stack:
        found = [stack.enter_context(ordered(forwarded.local[ORDERS], "echo")) for _ in range(1000)]
        for each in found:
            each.sendall(b"hello")
        assert [exactly(each, 5) for each in found] == [b"hello"] * 1000
        assert memory(forwarded.pid) < 120 * MEGABYTE
        for number, each in enumerate(found):
            each.sendall(b"%04d" % number)
        assert [exactly(each, 4) for each in found] == [b"%04d" % at for at in range(1000)]


def test_connections_end_on_the_node_with_their_clients(server, forwarded):
    with ordered(forwarded.local[ORDERS], "echo") as connection:
        connection.sendall(b"a")
        assert exactly(connection, 1) == b"a"
        assert server.on_nodes(lambda nodes: nodes.connections()) == 1
    until(lambda: not server.on_nodes(lambda nodes: nodes.connections()), "the end of it")


@contextmanager
def _resetting_server():
    """Over TLS; answers once, and to the next word with a reset."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = pair("localhost")
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "tls.crt"), Path(folder, "tls.key")
        for file, text in zip(files, certificate, strict=True):
            file.write_bytes(text)
        context.load_cert_chain(*files)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    raw, _ = listener.accept()
                except OSError:
                    return
                with raw, context.wrap_socket(raw, server_side=True) as connection:
                    assert connection.recv(100) == b"question"
                    connection.sendall(b"answer")
                    connection.recv(100)
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(30)
