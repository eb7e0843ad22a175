"""WebSockets, frame by frame: the bytes that a test sends, and those that arrive."""

import socket
import struct
import threading
from queue import Queue
from typing import NamedTuple

from support.backend import Endpoints, Exchange
from support.client import PATIENCE, Client, Headers

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 0x81, 0x82, 0x80, 0x88, 0x89, 0x8A
"""First bytes of frames that end a message; without 0x80, more of it is to come."""

UPGRADE: Headers = (
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
)
SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
MASK = b"\x37\xfa\x21\x3d"


class Frame(NamedTuple):
    first: int
    payload: bytes
    is_masked: bool

    @property
    def code(self) -> int:
        """Why a Close frame was sent."""
        assert self.first == CLOSE
        return int.from_bytes(self.payload[:2])


def frame(first: int, payload: bytes = b"", *, mask: bytes = b"") -> bytes:
    """The bytes of one; clients have to give a mask."""
    size, masked = len(payload), 0x80 if mask else 0
    if size < 126:
        head = struct.pack(">BB", first, masked | size)
    elif size < 1 << 16:
        head = struct.pack(">BBH", first, masked | 126, size)
    else:
        head = struct.pack(">BBQ", first, masked | 127, size)
    return head + mask + masked_by(mask, payload)


def close(code: int, *, mask: bytes = b"") -> bytes:
    return frame(CLOSE, code.to_bytes(2), mask=mask)


def masked_by(mask: bytes, payload: bytes) -> bytes:
    if not mask:
        return payload
    long = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(long)).to_bytes(len(payload))


class Side:
    """One end of a WebSocket. Raises ConnectionError where it ends within a frame."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._buffer = b""

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def frame(self) -> Frame | None:
        """The next one; None at the end of the connection."""
        head = self._take(2, may_end=True)
        if not head:
            return None
        size, is_masked = head[1] & 0x7F, bool(head[1] & 0x80)
        if size >= 126:
            size = int.from_bytes(self._take(2 if size == 126 else 8))
        mask = self._take(4) if is_masked else b""
        return Frame(head[0], masked_by(mask, self._take(size)), is_masked)

    def _take(self, size: int, *, may_end: bool = False) -> bytes:
        while len(self._buffer) < size:
            data = self.connection.recv(1 << 16)
            if not data:
                if may_end and not self._buffer:
                    return b""
                raise ConnectionError(f"cut after {self._buffer!r}")
            self._buffer += data
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found


class Opened:
    """A WebSocket that a test has both ends of."""

    def __init__(self, endpoints: Endpoints, to: Client | int, path: str = "/ws") -> None:
        """`to` is a connection, or the port for one."""
        self._arrived: Queue[Side] = Queue()
        self._over = threading.Event()
        endpoints.on[path] = self._accept
        client = Client(to) if isinstance(to, int) else to
        assert client.ask(path, "shop.example", headers=UPGRADE).status == 101
        self.client = Side(client.socket)
        self.endpoint = self._arrived.get(timeout=PATIENCE)

    def leave(self) -> None:
        """The endpoint ends its connection."""
        self._over.set()

    def close(self) -> None:
        self.leave()
        self.client.connection.close()

    def _accept(self, exchange: Exchange) -> None:
        exchange.connection.settimeout(PATIENCE)
        exchange.connection.sendall(SWITCHING)
        self._arrived.put(Side(exchange.connection))
        self._over.wait(PATIENCE)
        raise ConnectionAbortedError
