"""A client so small that the time it measures is the server's."""

import re
import socket
import ssl
from typing import NamedTuple

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
CLOSE = re.compile(rb"\r\nconnection: close", re.IGNORECASE)


class Answer(NamedTuple):
    """Headers come as bytes; they are searched, not parsed."""

    status: int
    head: bytes
    body: bytes


class Client:
    """One connection that is kept; opened again when the server closes it.

    Over TLS where a context is given.
    """

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self._port = port
        self._context = context
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> Answer:
        """Send one request, wait for its answer. Raises OSError where there is none."""
        try:
            answer = self._ask(request)
        except OSError:
            self.close()
            raise
        if CLOSE.search(answer.head):
            self.close()
        return answer

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def close(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None

    def _ask(self, request: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context:
                self._socket = self._context.wrap_socket(self._socket, server_hostname="localhost")
        self._socket.sendall(request)
        text = b""
        while (stop := text.find(b"\r\n\r\n")) < 0:
            text += self._more()
        head, body = text[:stop], text[stop + 4 :]
        length = LENGTH.search(head)
        while len(body) < int(length[1] if length else 0):
            body += self._more()
        return Answer(int(head[9:12]), head, body)

    def _more(self) -> bytes:
        assert self._socket
        found = self._socket.recv(65536)
        if not found:
            raise ConnectionError("closed before the answer was whole")
        return found


def get(host: str, path: str) -> bytes:
    """The bytes of a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
