"""Proxies: CONNECT and whole URLs, SOCKS5 with and without a password."""

import asyncio
import base64
import socket
from contextlib import suppress
from urllib.parse import urlsplit


class Proxy:
    """Lets through to anywhere; a host that is in `names` is found there and nowhere else."""

    scheme = "http"

    def __init__(self, names=None, login=None, context=None):
        self.names = names or {}
        self.asked = []
        self.port = 0
        self._login = login
        self._context = context
        self._tasks = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await self._server.wait_closed()

    @property
    def url(self):
        login = f"{self._login[0]}:{self._login[1]}@" if self._login else ""
        return f"{self.scheme}{'s' if self._context else ''}://{login}127.0.0.1:{self.port}"

    async def _accept(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, OSError):
                await self.serve(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def join(self, reader, writer, host, port, first=b""):
        address, real_port = self.names.get(host, (host, port))
        far_reader, far_writer = await asyncio.open_connection(address, real_port)
        try:
            far_writer.write(first)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, far_writer))
                group.create_task(_pump(far_reader, writer))
        finally:
            far_writer.transport.abort()

    async def serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split("\r\n")[0].split(" ")
        self.asked.append((method, target))
        if self._login:
            login = base64.b64encode(":".join(self._login).encode()).decode()
            if f"Proxy-Authorization: Basic {login}\r\n" not in head:
                refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                writer.write(refusal)
                return await writer.drain()
        if method != "CONNECT":
            url = urlsplit(target)
            first = head.replace(target, url.path, 1).encode()
            return await self.join(reader, writer, url.hostname, url.port or 80, first)
        host, _, port = target.rpartition(":")
        if host in self.names and self.names[host] is None:
            writer.write(b"HTTP/1.1 403 Forbidden by the rules\r\nContent-Length: 0\r\n\r\n")
            return await writer.drain()
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return await self.join(reader, writer, host.strip("[]"), int(port))


class Socks(Proxy):
    """RFC 1928, with RFC 1929 where there is a login."""

    scheme = "socks5"

    async def serve(self, reader, writer):
        version, count = await reader.readexactly(2)
        assert version == 5
        methods = await reader.readexactly(count)
        wanted = 2 if self._login else 0
        if wanted not in methods:
            writer.write(b"\x05\xff")
            return await writer.drain()
        writer.write(bytes([5, wanted]))
        if self._login and not await self._admits(reader, writer):
            return None
        _, command, _, kind = await reader.readexactly(4)
        assert command == 1
        host = await _address(reader, kind)
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append((host, port))
        if host in self.names and self.names[host] is None:
            writer.write(b"\x05\x02\x00\x01" + bytes(6))
            return await writer.drain()
        # Answered with a name, which is allowed and rare.
        writer.write(b"\x05\x00\x00\x03\x04here\x00\x50")
        return await self.join(reader, writer, host, port)

    async def _admits(self, reader, writer):
        assert await reader.readexactly(1) == b"\x01"
        user = await reader.readexactly((await reader.readexactly(1))[0])
        password = await reader.readexactly((await reader.readexactly(1))[0])
        is_right = (user.decode(), password.decode()) == self._login
        writer.write(bytes([1, 0 if is_right else 1]))
        await writer.drain()
        return is_right


async def _address(reader, kind):
    if kind == 3:
        return (await reader.readexactly((await reader.readexactly(1))[0])).decode()
    family, size = {1: (socket.AF_INET, 4), 4: (socket.AF_INET6, 16)}[kind]
    return socket.inet_ntop(family, await reader.readexactly(size))


async def _pump(reader, writer):
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
