"""Steady load of layer 4: new connections without a pause, and old ones that keep on talking."""

import asyncio
import json
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from live.until import eventually
from support.netns import Space

CLIENTS = 4
SPEAKERS = 8
PATIENCE = 5.0


@dataclass
class Load:
    """What the clients of one space have seen so far at one address and port."""

    space: Space
    address: str
    port: int
    count: int = 0
    names: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[float, str]] = field(default_factory=list)
    """New connections that did not end well: when they began, and what went wrong."""

    cuts: list[str] = field(default_factory=list)
    """Who was at the other end of an old connection that did not live on."""

    spoken: int = 0
    speakers: Counter[str] = field(default_factory=Counter)
    """Who is at the other end of the old connections."""

    is_over: bool = False

    async def more(self, connections: int = 200) -> None:
        """So many new connections again, and every old one has said something."""
        wanted, said = self.count + connections, self.spoken + 2 * SPEAKERS

        async def are_done() -> bool:
            is_heard = self.spoken >= said or len(self.cuts) == SPEAKERS
            return self.count >= wanted and is_heard

        await eventually(are_done, f"{connections} more connections", 60)

    async def until_answered_by(self, *names: str) -> None:
        """Until none of many new connections is answered by anybody else, and all of these are."""
        for _ in range(200):
            self.names.clear()
            await self.more(60)
            if self.names.keys() == set(names):
                return
        raise AssertionError(f"answered by {self.names}, not by {names} alone")

    async def until_cut(self, connections: int) -> None:
        """Until so many old connections were given up by who waits for an answer."""

        async def are_cut() -> bool:
            return len(self.cuts) >= connections

        await eventually(are_cut, f"{connections} cut connections", 60)

    def assert_flawless(self) -> None:
        assert not self.failures, (self.failures[:10], len(self.failures))
        assert not self.cuts, self.cuts

    async def keep_connecting(self) -> None:
        while not self.is_over:
            began = time.monotonic()
            try:
                async with asyncio.timeout(PATIENCE):
                    self.names[await self._once()] += 1
            except (OSError, EOFError) as error:
                self.failures.append((began, repr(error)))
            self.count += 1

    async def keep_talking(self) -> None:
        """One connection for good; a word every 20 ms."""
        name = ""
        with self._socket() as made:
            try:
                name = await self._greeted(made)
                self.speakers[name] += 1
                while not self.is_over:
                    async with asyncio.timeout(PATIENCE):
                        await said(made, b"word\n")
                    self.spoken += 1
                    await asyncio.sleep(0.02)
            except (OSError, EOFError):
                self.cuts.append(name)

    async def _once(self) -> str:
        with self._socket() as made:
            name = await self._greeted(made)
            await said(made, b"hello\n")
            return name

    async def _greeted(self, made: socket.socket) -> str:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(made, (self.address, self.port))
        got = b""
        while not got.endswith(b"\n"):
            got += await received(made)
        return str(json.loads(got)["name"])

    def _socket(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        made = self.space.socket(family)
        made.setblocking(False)
        return made


async def said(made: socket.socket, text: bytes) -> None:
    """Say something to an echo, and hear it."""
    await asyncio.get_running_loop().sock_sendall(made, text)
    got = b""
    while len(got) < len(text):
        got += await received(made)
    assert got == text


async def received(made: socket.socket) -> bytes:
    got = await asyncio.get_running_loop().sock_recv(made, 65536)
    if not got:
        raise EOFError("the connection was closed")
    return got


@asynccontextmanager
async def steady_load(space: Space, address: str, port: int) -> AsyncIterator[Load]:
    """From here to the end."""
    load = Load(space, address, port)
    space.sysctl({"net.ipv4.ip_local_port_range": "1024 65535"})
    async with asyncio.TaskGroup() as group:
        for _ in range(SPEAKERS):
            group.create_task(load.keep_talking())
        for _ in range(CLIENTS):
            group.create_task(load.keep_connecting())
        try:
            await load.more(50)
            yield load
        finally:
            load.is_over = True
