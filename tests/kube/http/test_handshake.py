"""Handshakes that fail, and what a person is told of them."""

import asyncio
import os
import socket
import ssl
import threading
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from kube.http.authority import Authority
from kube.http.origin import Origin, server_context
from portico.kube.config.access import Access, Trust
from portico.kube.config.credentials import KeyPair, Known
from portico.kube.config.server import Server
from portico.kube.http.client import Client
from portico.kube.http.errors import TlsError, UnreachableError
from portico.kube.http.request import Patience, Request

VERSION = Request("GET", "/version")


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def stranger():
    return Authority("another authority")


async def ask(origin, trust, host="127.0.0.1", identity=Known()):  # noqa: B008
    server = Server("https", host, origin.port)
    async with Client(Access(server, trust, identity=identity)) as client:
        return await client.read(VERSION)


async def test_a_server_that_is_silent_in_the_handshake():
    async with Origin() as origin:
        access = Access(Server("https", "127.0.0.1", origin.port))
        async with Client(access) as client:
            with pytest.raises(UnreachableError, match="cannot be reached: no answer in 0 s"):
                await client.read(Request("GET", "/", patience=Patience(connect=0.2)))


async def test_a_server_that_ends_the_handshake():
    async def leave(reader, writer):
        await reader.read(100)
        writer.close()

    async with await asyncio.start_server(leave, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Client(Access(Server("https", "127.0.0.1", port))) as client:
            with pytest.raises(UnreachableError, match="ended the connection in the TLS handshake"):
                await client.read(VERSION)


async def test_a_server_without_tls():
    async def complain(reader, writer):
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(complain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Client(Access(Server("https", "127.0.0.1", port))) as client:
            with pytest.raises(TlsError, match="does not speak TLS; does its URL have to begin"):
                await client.read(VERSION)


@pytest.mark.parametrize(
    ("version", "without"),
    [
        (ssl.TLSVersion.TLSv1_2, "cannot agree on TLS: SSLV3_ALERT_HANDSHAKE_FAILURE"),
        (ssl.TLSVersion.TLSv1_3, "wants a client certificate"),
    ],
)
async def test_who_is_refused_is_told_why(version, without, authority, stranger, tmp_path):
    """With TLS 1.3 the refusal comes after the handshake, in place of the answer."""
    context = server_context(tmp_path, authority.server("127.0.0.1"), authority.certificate)
    context.maximum_version = version
    trust = Trust(ca_data=authority.certificate)
    theirs = Known(pair=KeyPair(*stranger.client("jane")))
    with refusing_server(context, times=2) as server:
        with pytest.raises(TlsError, match=without):
            await ask(server, trust)
        with pytest.raises(TlsError, match="does not trust our client certificate"):
            await ask(server, trust, identity=theirs)


class Refusing(NamedTuple):
    port: int


@contextmanager
def refusing_server(context, times):
    """In a thread: asyncio ends a failed handshake without the alert that other servers send."""

    def serve():
        for _ in range(times):
            connection, _ = listener.accept()
            # What has not been read when a connection is closed destroys what was sent last.
            with socket.socket(fileno=os.dup(connection.fileno())) as below, connection:
                with pytest.raises(ssl.SSLError):
                    context.wrap_socket(connection, server_side=True)
                below.shutdown(socket.SHUT_WR)
                while below.recv(1 << 16):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield Refusing(listener.getsockname()[1])
        thread.join()
