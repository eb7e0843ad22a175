"""A server that takes down what it is asked, and answers as a test wants it.

Written down by hand, without the library that the client uses, so that they cannot share a mistake.
"""

import asyncio
import json
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

BODY = b'{"major":"1","minor":"36"}'


@dataclass
class Seen:
    """One request; `connection` counts from 0 in the order of the connections."""

    method: str
    target: str
    headers: list
    body: bytes
    connection: int
    peer: dict = field(default_factory=dict)
    host: str | None = None

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def one(self, name):
        (value,) = self.all(name)
        return value


def answer(body=BODY, status="200 OK", *headers):
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    if not any(line.lower().startswith("transfer-encoding") for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def status(code, reason, message, **details):
    """As the API server tells of a failure."""
    told = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message}
    told |= {"reason": reason, "code": code, "details": details}
    return answer(json.dumps(told).encode(), f"{code} {reason}")


def chunked(*parts):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


class Origin:
    """`answers` are given one after the other, the last again and again.

    Each is bytes, or a coroutine function of the request and the writer. None ends the connection.
    """

    def __init__(self, *answers, host="127.0.0.1", context=None):
        self.answers = list(answers or (answer(),))
        self.seen = []
        self.names = []
        self.connections = 0
        self.open = 0
        self.port = 0
        self._host = host
        self._context = context
        self._writers = set()
        self._tasks = set()
        if context:
            context.sni_callback = lambda _tls, name, _context: self.names.append(name)

    async def __aenter__(self):
        self._server = await asyncio.start_server(
            self._serve, self._host, self.port, ssl=self._context
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()
        self.cut()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._server.wait_closed()

    @property
    def url(self):
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._context else 'http'}://{host}:{self.port}"

    def cut(self):
        """End all connections at once."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader, writer):
        number, self.connections = self.connections, self.connections + 1
        self.open += 1
        self._writers.add(writer)
        task = asyncio.current_task()
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            while await self._one(reader, writer, number):
                pass
        self.open -= 1
        self._writers.discard(writer)
        writer.transport.abort()

    async def _one(self, reader, writer, number):
        request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        method, target, version = request.split(" ")
        assert version == "HTTP/1.1"
        headers = [tuple(line.split(": ", 1)) for line in lines]
        length = [int(value) for key, value in headers if key.lower() == "content-length"]
        body = await reader.readexactly(*length) if length else b""
        seen = Seen(method, target, headers, body, number)
        seen.peer = writer.get_extra_info("peercert") or {}
        self.seen.append(seen)
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if given is None:
            return False
        if isinstance(given, bytes):
            writer.write(given)
            await writer.drain()
            return True
        return await given(seen, reader, writer)


def server_context(folder: Path, pair, client_authority=None):
    """TLS for an Origin or a proxy; with an authority, who has no certificate of it is refused."""
    certificate, key = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(pair.certificate)
    key.write_bytes(pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if client_authority:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=client_authority.decode())
    return context
