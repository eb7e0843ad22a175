"""Clients of the application in support/kubelet/app.py, through whatever leads there."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 30.0


@contextmanager
def connected(port: int, host: str = "127.0.0.1") -> Iterator[socket.socket]:
    with socket.create_connection((host, port), PATIENCE) as connection:
        yield connection


@contextmanager
def ordered(port: int, order: str, host: str = "127.0.0.1") -> Iterator[socket.socket]:
    """A connection on which this was ordered."""
    with connected(port, host) as connection:
        connection.sendall(order.encode() + b"\n")
        yield connection


def all_of(connection: socket.socket) -> bytes:
    """Everything until the other side ends."""
    return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def exactly(connection: socket.socket, size: int) -> bytes:
    """So many bytes, or fewer where it ends before."""
    parts, left = [], size
    while left and (part := connection.recv(min(left, 1 << 16))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def asked(port: int, path: str = "/", host: str = "127.0.0.1", patience: float = PATIENCE) -> str:
    """The body of one answer over HTTP; `patience` in seconds for each step of it."""
    connection = http.client.HTTPConnection(host, port, timeout=patience)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()
