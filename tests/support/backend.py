"""Endpoints: servers that tell at which address they were reached, and do as a test says."""

import json
import socket
import ssl
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from model.certificates import pair
from support.client import Response
from support.h2c import serve_h2c

Accept = Callable[["Endpoints", socket.socket], None]


class Exchange:
    """One request as it arrived, and the connection to answer it on."""

    def __init__(self, connection: socket.socket, reader: Any, head: bytes) -> None:
        lines = head.decode(errors="surrogateescape").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ", 2)
        pairs = (line.split(":", 1) for line in lines[1:] if line)
        self.headers = [(name, value.strip()) for name, value in pairs]
        self.address: str = connection.getsockname()[0]
        self.connection = connection
        self.reader = reader

    def header(self, name: str) -> str | None:
        return Response(0, tuple(self.headers), b"").header(name)

    def body_size(self) -> int:
        """How many bytes the body had; reads all of it."""
        if self.header("Transfer-Encoding") == "chunked":
            return sum(iter(self._chunk_size, 0))
        size = int(self.header("Content-Length") or 0)
        left = size
        while left and (data := self.reader.read(min(left, 1 << 20))):
            left -= len(data)
        return size - left

    def answer(
        self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        told = {"Content-Length": str(len(body)), **(headers or {})}
        lines = [f"HTTP/1.1 {status} Fine", *(f"{name}: {value}" for name, value in told.items())]
        head = "\r\n".join([*lines, "", ""]).encode()
        self.connection.sendall(head + (b"" if self.method == "HEAD" else body))

    def reset(self) -> NoReturn:
        """End the connection with a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        raise ConnectionAbortedError

    def _chunk_size(self) -> int:
        size = int(self.reader.readline(), 16)
        self.reader.read(size + 2)
        return size


Answer = Callable[[Exchange], None]


def tell(exchange: Exchange) -> None:
    """What was asked, and where."""
    told = {
        "address": exchange.address,
        "method": exchange.method,
        "target": exchange.target,
        "headers": exchange.headers,
        "body": exchange.body_size(),
    }
    exchange.answer(json.dumps(told).encode(), headers={"Content-Type": "application/json"})


class Endpoints:
    """One port for HTTP, one for HTTPS, one for HTTP/2 without TLS, on every local address."""

    def __init__(self) -> None:
        self.on: dict[str, Answer] = {}
        self.requests: Counter[str] = Counter()
        self._listeners: list[socket.socket] = []
        self._connections: set[socket.socket] = set()
        self._tls = _server_context()
        self.port = self._listen(Endpoints._serve_http)
        self.tls_port = self._listen(Endpoints._serve_tls)
        self.h2c_port = self._listen(Endpoints._serve_h2c)

    def reset(self) -> None:
        """Forget what a test has said, and what was counted."""
        self.on.clear()
        self.requests.clear()

    def close(self) -> None:
        for listener in self._listeners:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _listen(self, accept: Accept) -> int:
        """The same free port for IPv4 and IPv6."""
        while True:
            v4, v6 = socket.socket(), socket.socket(socket.AF_INET6)
            v6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            v4.bind(("", 0))
            port: int = v4.getsockname()[1]
            try:
                v6.bind(("::", port))
            except OSError:
                v4.close()
                v6.close()
                continue
            for listener in (v4, v6):
                listener.listen(512)
                self._listeners.append(listener)
                _start(self._accept, listener, accept)
            return port

    def _accept(self, listener: socket.socket, accept: Accept) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            _start(self._attend, connection, accept)

    def _attend(self, connection: socket.socket, accept: Accept) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections.add(connection)
        try:
            with connection, suppress(OSError, ValueError):
                accept(self, connection)
        finally:
            self._connections.discard(connection)

    def _serve_http(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as reader:
            while head := _head(reader):
                exchange = Exchange(connection, reader, head)
                path = exchange.target.partition("?")[0]
                self.requests[exchange.address] += 1
                self.on.get(path, tell)(exchange)

    def _serve_tls(self, connection: socket.socket) -> None:
        with self._tls.wrap_socket(connection, server_side=True) as secure:
            self._serve_http(secure)

    def _serve_h2c(self, connection: socket.socket) -> None:
        address = connection.getsockname()[0]
        serve_h2c(connection, json.dumps({"address": address}).encode())


@contextmanager
def running_endpoints() -> Iterator[Endpoints]:
    endpoints = Endpoints()
    try:
        yield endpoints
    finally:
        endpoints.close()


def _head(reader: Any) -> bytes:
    """A request's head; empty at the end of the connection."""
    lines = []
    while (line := reader.readline()) not in (b"", b"\r\n"):
        lines.append(line.rstrip(b"\r\n"))
    return b"\r\n".join(lines)


def _start(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


def _server_context() -> ssl.SSLContext:
    pem = pair("endpoint.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        chain, key = Path(folder, "tls.crt"), Path(folder, "tls.key")
        chain.write_bytes(pem.chain)
        key.write_bytes(pem.key)
        context.load_cert_chain(chain, key)
    return context
