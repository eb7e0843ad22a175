"""A client of a carriage: a real TCP connection, as one that was accepted."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from portico.forward.relay.relay import Outcome


class Line:
    """`reader` and `writer` are the client's; `outcome` is what became of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.relay: Any = None

    async def say(self, content: bytes) -> None:
        self.writer.write(content)
        await self.writer.drain()

    async def hear(self, size: int) -> bytes:
        return await self.reader.readexactly(size)

    async def hear_all(self) -> bytes:
        """Until the end. Raises ConnectionResetError where it is none."""
        return await self.reader.read()

    async def order(self, order: str) -> bytes:
        """Of the application's port for orders: the whole of what it says."""
        await self.say(order.encode() + b"\n")
        return await self.hear_all()


def accepted() -> tuple[socket.socket, socket.socket]:
    """The client's end, and the one that was accepted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        near, _ = listener.accept()
    client.setblocking(False)
    near.setblocking(False)
    return client, near


@asynccontextmanager
async def line(carriage: Any, port: int, *, buffer: int = 1 << 16) -> AsyncIterator[Line]:
    """Carried to the port; `buffer` is what the client keeps of what it has not asked for."""
    client, near = accepted()
    reader, writer = await asyncio.open_connection(sock=client, limit=buffer)
    made = Line(reader, writer)
    made.relay = carriage.carry(near, port, made.outcome.set_result)
    try:
        yield made
    finally:
        if not writer.transport.is_closing():
            # A reset: after a mere end the pod would have a second to say something.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        await asyncio.wait_for(made.outcome, 20)
