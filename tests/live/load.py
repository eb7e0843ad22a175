"""Steady load: clients that ask without a pause, and WebSockets that never stop talking."""

import asyncio
from asyncio import IncompleteReadError
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse

from live.until import PATIENCE, eventually
from live.wire import Wire

HOST = "shop.example"
CLIENTS = 6
SOCKETS = 10
ONE_POST_IN = 10
BODY = b"x" * 2000


@dataclass
class Load:
    """What clients have seen so far."""

    port: int
    requests: int = 0
    names: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)
    """The client's port, and what went wrong."""

    messages: int = 0
    cuts: list[tuple[int, str]] = field(default_factory=list)
    is_over: bool = False

    async def more(self, requests: int = 1000) -> None:
        """Let clients ask so many times again, and every WebSocket say something."""
        wanted, said = self.requests + requests, self.messages + 2 * SOCKETS

        async def are_done() -> bool:
            is_heard = self.messages >= said or len(self.cuts) == SOCKETS
            return self.requests >= wanted and is_heard

        await eventually(are_done, f"{requests} more requests", 60)

    async def until_answered_by(self, *names: str) -> None:
        """Until no client has heard of anybody else for a while, and of all of these."""
        for _ in range(200):
            self.names.clear()
            await self.more(60)
            if self.names.keys() == set(names):
                return
        raise AssertionError(f"answered by {self.names}, not by {names} alone")

    def assert_flawless(self) -> None:
        assert not self.failures, (self.failures[:10], len(self.failures))
        assert not self.cuts, self.cuts

    async def keep_asking(self) -> None:
        while not self.is_over:
            try:
                wire = await Wire.open(self.port)
            except OSError as error:
                self.failures.append((0, f"no connection: {error!r}"))
                continue
            async with wire:
                await self._ask_until_closed(wire)

    async def _ask_until_closed(self, wire: Wire) -> None:
        port = wire.client_port
        while not self.is_over:
            posts = self.requests % ONE_POST_IN == 0
            try:
                reply = await (
                    wire.ask(HOST, "/", "POST", BODY) if posts else wire.ask(HOST, "/a/b?c=d")
                )
            except (OSError, IncompleteReadError) as error:
                self.failures.append((port, repr(error)))
                return
            self.requests += 1
            self.names[reply.name] += 1
            if reply.status != 200 or not reply.name:
                self.failures.append((port, f"{reply.status} {reply.body[:200]!r}"))
            if reply.headers.get("connection") == "close":
                return

    async def keep_talking(self, socket: ClientWebSocketResponse) -> None:
        connection = socket.get_extra_info("sockname")[1]
        number = 0
        try:
            while not self.is_over:
                number += 1
                await socket.send_str(f"message {number}")
                async with asyncio.timeout(PATIENCE):
                    told = await socket.receive_str()
                if told != f"message {number}":
                    self.cuts.append((connection, f"{told!r} instead of message {number}"))
                    return
                self.messages += 1
                # Ten sockets together: as many messages a second as a chat has.
                await asyncio.sleep(0.02)
        except (OSError, ClientError, TypeError) as error:
            self.cuts.append((connection, repr(error)))


@asynccontextmanager
async def steady_load(port: int) -> AsyncIterator[Load]:
    """Clients and WebSockets of the shop, from here to the end."""
    load = Load(port)
    async with ClientSession(f"http://127.0.0.1:{port}", headers={"Host": HOST}) as session:
        sockets = [await session.ws_connect("/ws") for _ in range(SOCKETS)]
        async with asyncio.TaskGroup() as group:
            for _ in range(CLIENTS):
                group.create_task(load.keep_asking())
            for socket in sockets:
                group.create_task(load.keep_talking(socket))
            try:
                await load.more(200)
                yield load
            finally:
                load.is_over = True
        for socket in sockets:
            await socket.close()
