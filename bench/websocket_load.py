"""WebSockets that never stop talking: each says one message, and the next when it has come back.

Arguments: PORT HOST PATH CONNECTIONS BYTES SECONDS; with 0 connections, one new WebSocket after
the other, one message each. Prints `result requests=... us=... errors=... p50=... p99=...`.
"""

import contextlib
import os
import selectors
import socket
import struct
import sys
import time

from bench.figures import percentile

HEAD = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def message(size: int) -> bytes:
    """One masked binary frame."""
    if size < 126:
        head = struct.pack(">BB", 0x82, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack(">BBH", 0x82, 0x80 | 126, size)
    else:
        head = struct.pack(">BBQ", 0x82, 0x80 | 127, size)
    return head + b"mask" + os.urandom(size)


def opened(port: int, head: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), 20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(head)
    told = b""
    while b"\r\n\r\n" not in told:
        data = connection.recv(4096)
        assert data, told
        told += data
    assert told.startswith(b"HTTP/1.1 101"), told
    return connection


class Talk:
    """What one connection has sent and heard of its message."""

    def __init__(self, connection: socket.socket, said: bytes) -> None:
        self.connection, self._said = connection, memoryview(said)
        self._sent = self._heard = 0
        self.begun = time.perf_counter()
        connection.settimeout(0)

    def send(self) -> bool:
        """Whether there is more to send."""
        with contextlib.suppress(BlockingIOError):
            self._sent += self.connection.send(self._said[self._sent :])
        return self._sent < len(self._said)

    def hear(self) -> bool:
        """Whether all has come back."""
        data = self.connection.recv(1 << 18)
        assert data, "cut"
        self._heard += len(data)
        if self._heard < len(self._said):
            return False
        self._sent = self._heard = 0
        return True


def talk(port: int, head: bytes, connections: int, said: bytes, seconds: float) -> list[float]:
    """How long each message took, in seconds."""
    times: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            each = Talk(opened(port, head), said)
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            selector.register(each.connection, both, each)
        until = time.perf_counter() + seconds
        while (now := time.perf_counter()) < until:
            for key, events in selector.select(1):
                each = key.data
                is_due = bool(events & selectors.EVENT_WRITE)
                if events & selectors.EVENT_READ and each.hear():
                    now = time.perf_counter()
                    times.append(now - each.begun)
                    each.begun, is_due = now, True
                if is_due:
                    wanted = selectors.EVENT_READ
                    if each.send():
                        wanted |= selectors.EVENT_WRITE
                    if key.events != wanted:
                        selector.modify(each.connection, wanted, each)
    return times


def come_and_go(port: int, head: bytes, said: bytes, seconds: float) -> list[float]:
    times: list[float] = []
    until = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < until:
        with opened(port, head) as connection:
            connection.sendall(said)
            left = len(said)
            while left:
                left -= len(connection.recv(left))
        times.append(time.perf_counter() - begun)
    return times


def main() -> None:
    port, host, path, connections, size, seconds = sys.argv[1:]
    head, said = HEAD.format(host=host, path=path).encode(), message(int(size))
    begun = time.perf_counter()
    if int(connections):
        times = talk(int(port), head, int(connections), said, float(seconds))
    else:
        times = come_and_go(int(port), head, said, float(seconds))
    took = int((time.perf_counter() - begun) * 1e6)
    p50, p99 = (int(percentile(times, share) * 1e6) for share in (0.5, 0.99))
    print(f"result requests={len(times)} us={took} errors=0 p50={p50} p99={p99}")


if __name__ == "__main__":
    main()
