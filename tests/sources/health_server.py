"""A node as the prober sees it: its health port, its other ports, and what they answer."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LOCALHOST = "127.0.0.1"


class Node:
    """Answers what it is told to, on one port at a time; counts questions and connections."""

    def __init__(self) -> None:
        self.port = 0
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        self.questions: list[bytes] = []
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def listen(self, listening: socket.socket | None = None) -> None:
        """On this socket, else on the port it had before."""
        where = {"sock": listening} if listening else {"host": LOCALHOST, "port": self.port}
        self._server = await asyncio.start_server(self._serve, **where)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Nobody is there any more: new connections are refused, open ones end."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()

    def hang_up(self) -> None:
        """Close what is open, as a server does after a while."""
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while True:
                self.questions.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(self.answer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


@asynccontextmanager
async def node(listening: socket.socket | None = None) -> AsyncIterator[Node]:
    made = Node()
    await made.listen(listening)
    try:
        yield made
    finally:
        await made.close()


def nobodys_port() -> int:
    with socket.create_server((LOCALHOST, 0)) as server:
        return server.getsockname()[1]
