"""An HTTP/1.1 client that sends exactly what it is told, byte for byte."""

import hashlib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

PATIENCE = 20.0
"""Seconds after which a test is not going to get its answer."""

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Response:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Client:
    """One connection. `sni=None` with `tls` says hello without a name."""

    def __init__(
        self, port: int, *, tls: bool = False, sni: str | None = None, address: str = "127.0.0.1"
    ) -> None:
        raw = socket.create_connection((address, port), PATIENCE)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = _over_tls(raw, sni) if tls else raw
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(
        self, target: str, host: str, method: str = "GET", headers: Headers = (), body: bytes = b""
    ) -> Response:
        self.send(request(target, host, method, headers, body))
        return self.response(is_head=method == "HEAD")

    def response(self, *, is_head: bool = False) -> Response:
        status, headers = self.head()
        found = Response(status, headers, b"")
        if is_head or status < 200 or status in (204, 304):
            return found
        if (found.header("Transfer-Encoding") or "").lower() == "chunked":
            body = b"".join(iter(self.chunk, b""))
        elif (length := found.header("Content-Length")) is not None:
            body = self.exactly(int(length))
        else:
            body = self.rest()
        return Response(status, headers, body)

    def head(self) -> tuple[int, tuple[tuple[str, str], ...]]:
        lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        pairs = tuple(line.split(":", 1) for line in lines[1:] if line)
        return int(lines[0].split()[1]), tuple((name, value.strip()) for name, value in pairs)

    def chunk(self) -> bytes:
        """One chunk of a chunked body, as soon as it is there; empty at the end."""
        size = int(self.until(b"\r\n").split(b";")[0], 16)
        return self.exactly(size + 2)[:-2]

    def until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._more()
        found, _, self._buffer = self._buffer.partition(mark)
        return found + mark

    def exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        while data := self.socket.recv(65536):
            self._buffer += data
        found, self._buffer = self._buffer, b""
        return found

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate that was shown, in hex."""
        assert isinstance(self.socket, ssl.SSLSocket)
        shown = self.socket.getpeercert(binary_form=True)
        assert shown
        return hashlib.sha256(shown).hexdigest()

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"the connection ended after {self._buffer!r}")
        self._buffer += data


def request(
    target: str, host: str, method: str = "GET", headers: Headers = (), body: bytes = b""
) -> bytes:
    """The bytes of a request. A Host in the headers replaces the other one."""
    named = {name.lower() for name, _ in headers}
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in named:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers]
    if body and "transfer-encoding" not in named:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def fetch(  # what a request is made of
    port: int,
    target: str = "/",
    host: str = "shop.example",
    *,
    method: str = "GET",
    headers: Headers = (),
    body: bytes = b"",
    tls: bool = False,
) -> Response:
    """One request on a connection of its own."""
    with Client(port, tls=tls, sni=host.partition(":")[0]) as client:
        return client.ask(target, host, method, headers, body)


def _over_tls(raw: socket.socket, sni: str | None) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(raw, server_hostname=sni)
    except BaseException:
        raw.close()
        raise
