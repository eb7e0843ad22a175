"""The application of the pods that ports are forwarded to: three ports, and it does as it is told.

    python3 app.py NAME HTTP ORDERS GREETING

It needs nothing but the standard library, so that its text can be the command of a container.
HTTP answers `/` with its name, `/bytes/N` with N bytes, and a POST with the digest of its body.
ORDERS does what the first line of a connection says. GREETING speaks first.
"""

import asyncio
import hashlib
import socket
import struct
import sys
from collections.abc import Iterator

BLOCK = bytes(range(256)) * 1024
"""What is sent, but for a number at the beginning of each, so that no two are the same."""

GREETING = b"hello, this is "

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


def blocks(size: int) -> Iterator[bytes]:
    """What is sent when so many bytes are ordered."""
    for number, at in enumerate(range(0, size, len(BLOCK))):
        yield (struct.pack("!Q", number) + BLOCK[8:])[: size - at]


def content(size: int) -> bytes:
    """The same at once."""
    return b"".join(blocks(size))


class App:
    def __init__(self, name: str) -> None:
        self.name = name
        self.servers: list[asyncio.Server] = []
        self._writers: set[Writer] = set()

    async def start(self, host: str, *ports: int) -> list[int]:
        """Ports for HTTP, orders and greetings; 0 for one that is free."""
        for port, speak in zip(ports, (self._http, self._orders, self._greeting), strict=True):
            self.servers.append(await asyncio.start_server(self._spoken(speak), host, port))
        return [server.sockets[0].getsockname()[1] for server in self.servers]

    def stop(self) -> None:
        """As the end of the process: the kernel closes what is open."""
        for server in self.servers:
            server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    def _spoken(self, speak):
        async def accepted(reader: Reader, writer: Writer) -> None:
            self._writers.add(writer)
            try:
                await speak(reader, writer)
                await writer.drain()
                writer.close()
            except (ConnectionError, asyncio.IncompleteReadError):
                writer.transport.abort()
            finally:
                self._writers.discard(writer)

        return accepted

    async def _http(self, reader: Reader, writer: Writer) -> None:
        while request := await reader.readline():
            method, target, _ = request.decode().split()
            size = 0
            while (line := await reader.readline()).strip():
                name, _, value = line.decode().partition(":")
                size = int(value) if name.lower() == "content-length" else size
            digest = hashlib.sha256()
            while size:
                piece = await reader.read(min(size, 65536))
                if not piece:
                    return
                size -= len(piece)
                digest.update(piece)
            if method == "POST":
                body = digest.hexdigest().encode()
            elif target.startswith("/bytes/"):
                body = content(int(target.removeprefix("/bytes/")))
            else:
                body = self.name.encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()

    async def _orders(self, reader: Reader, writer: Writer) -> None:
        order, _, rest = (await reader.readline()).decode().strip().partition(" ")
        await ORDERS[order](reader, writer, rest)

    async def _greeting(self, reader: Reader, writer: Writer) -> None:
        writer.write(GREETING + self.name.encode() + b"\n")
        while piece := await reader.read(65536):
            writer.write(piece.upper())
            await writer.drain()


async def _bytes(_: Reader, writer: Writer, size: str) -> None:
    for block in blocks(int(size)):
        writer.write(block)
        await writer.drain()


async def _echo(reader: Reader, writer: Writer, _: str) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
        await writer.drain()


async def _count(reader: Reader, writer: Writer, _: str) -> None:
    """Answers at the end of the input, which port-forward never tells."""
    size = len(await reader.read())
    writer.write(f"{size}\n".encode())


async def _digest(reader: Reader, writer: Writer, size: str) -> None:
    """Answers after so many bytes."""
    digest, left = hashlib.sha256(), int(size)
    while left and (piece := await reader.read(min(left, 65536))):
        digest.update(piece)
        left -= len(piece)
    writer.write(digest.hexdigest().encode() + b"\n")


async def _late(_: Reader, writer: Writer, seconds: str) -> None:
    await asyncio.sleep(float(seconds))
    writer.write(b"late\n")


async def _reset(_: Reader, writer: Writer, __: str) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _wait(reader: Reader, writer: Writer, _: str) -> None:
    writer.write(b"waiting\n")
    await reader.read()


async def _deaf(_: Reader, writer: Writer, __: str) -> None:
    """Does not read what follows, until the connection breaks."""
    writer.write(b"deaf\n")
    await writer.drain()
    writer.transport.pause_reading()
    await writer.wait_closed()


ORDERS = {
    "bytes": _bytes,
    "echo": _echo,
    "count": _count,
    "digest": _digest,
    "late": _late,
    "reset": _reset,
    "wait": _wait,
    "deaf": _deaf,
}


async def serve(name: str, *ports: int) -> None:
    app = App(name)
    await app.start("0.0.0.0", *ports)  # inside a pod
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], *map(int, sys.argv[2:])))
