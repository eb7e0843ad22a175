"""An asynchronous HTTP/1.1 client of one connection: quick, and it hides nothing."""

import asyncio
import hashlib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from live.until import PATIENCE


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def name(self) -> str:
        """Which backend answered."""
        return self.headers.get("x-echo-name", "")


class Wire:
    """Kept alive as long as both sides like."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int, *, sni: str = "", address: str = "127.0.0.1") -> Self:
        """With a server name, over TLS."""
        secure = trusting_everybody() if sni else None
        async with asyncio.timeout(PATIENCE):
            return cls(
                *await asyncio.open_connection(
                    address, port, ssl=secure, server_hostname=sni or None
                )
            )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()
        with suppress(OSError):
            await self.writer.wait_closed()

    @property
    def client_port(self) -> int:
        port = self.writer.get_extra_info("sockname")[1]
        assert isinstance(port, int)
        return port

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate that was shown, in hex."""
        shown = self.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return hashlib.sha256(shown).hexdigest()

    async def ask(
        self, host: str, target: str = "/", method: str = "GET", body: bytes = b""
    ) -> Reply:
        """Raises OSError or EOFError where the connection is cut."""
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        head = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{length}\r\n"
        self.writer.write(head.encode() + body)
        async with asyncio.timeout(PATIENCE):
            return await self._reply()

    async def _reply(self) -> Reply:
        status, headers = await self.head()
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while chunk := await self.chunk():
                body += chunk
        else:
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Reply(status, headers, body)

    async def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers, as soon as they are there."""
        text = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = text.split("\r\n")
        pairs = (line.partition(":") for line in lines if line)
        return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}

    async def chunk(self) -> bytes:
        """One chunk, as soon as it is there; empty at the end."""
        size = int(await self.reader.readuntil(b"\r\n"), 16)
        return (await self.reader.readexactly(size + 2))[:-2]


def trusting_everybody() -> ssl.SSLContext:
    """Which certificate is shown is what tests look at."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
