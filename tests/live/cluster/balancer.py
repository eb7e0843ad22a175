"""Stands in front of replicas as the endpoints of a Service do: connections go to whoever is ready.

Whoever is not ready any more is sent clients for some time yet, as news takes its way in a cluster.
Connections that are there stay where they are, and end as the replica ends them.
"""

import asyncio
from asyncio import StreamReader, StreamWriter, TaskGroup
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

from live.program import Program
from live.until import eventually
from live.wire import Wire

POLL = 0.05
"""Seconds between two looks at readiness."""


class Balancer:
    """`http` and `https` are its ports."""

    def __init__(self, delay: float) -> None:
        """`delay`: seconds until it is noticed that somebody is not ready any more."""
        self.http = self.https = 0
        self.replicas: list[Program] = []
        """Whoever is to be looked at."""

        self.lost: list[str] = []
        """Connections that could not be passed on."""

        self._delay = delay
        self._ready: list[Program] = []
        self._turns = count()
        self._open: set[StreamWriter] = set()

    async def until_sent_to(self, program: Program) -> None:
        async def is_in() -> bool:
            return program in self._ready

        await eventually(is_in, "clients to be sent to the replica", 60)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        plain = await asyncio.start_server(self._attend_http, "127.0.0.1", 0)
        secure = await asyncio.start_server(self._attend_https, "127.0.0.1", 0)
        self.http, self.https = (each.sockets[0].getsockname()[1] for each in (plain, secure))
        try:
            async with TaskGroup() as group:
                looking = group.create_task(self._look(group))
                yield
                looking.cancel()
        finally:
            for server in (plain, secure):
                server.close()
            for writer in self._open:
                writer.transport.abort()

    async def _look(self, group: TaskGroup) -> None:
        """As kubelets do, and whoever listens to them."""
        leaving: set[Program] = set()
        while True:
            for each in self.replicas:
                is_ready = await _is_ready(each)
                if is_ready and each not in self._ready:
                    self._ready.append(each)
                elif not is_ready and each in self._ready and each not in leaving:
                    leaving.add(each)
                    group.create_task(self._part(each))
            await asyncio.sleep(POLL)

    async def _part(self, program: Program) -> None:
        await asyncio.sleep(self._delay)
        self._ready.remove(program)

    async def _attend_http(self, reader: StreamReader, writer: StreamWriter) -> None:
        await self._attend(reader, writer, self._next().http)

    async def _attend_https(self, reader: StreamReader, writer: StreamWriter) -> None:
        await self._attend(reader, writer, self._next().https)

    def _next(self) -> Program:
        return self._ready[next(self._turns) % len(self._ready)]

    async def _attend(self, reader: StreamReader, writer: StreamWriter, port: int) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", port)
        except OSError as error:
            self.lost.append(repr(error))
            writer.transport.abort()
            return
        self._open |= {writer, back}
        async with TaskGroup() as group:
            group.create_task(_pass(reader, back))
            group.create_task(_pass(there, writer))
        self._open -= {writer, back}
        for each in (writer, back):
            each.close()


async def _pass(reader: StreamReader, writer: StreamWriter) -> None:
    """A reset is passed on as a reset, an end as an end."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


async def _is_ready(program: Program) -> bool:
    with suppress(OSError, EOFError, TimeoutError):
        async with await Wire.open(program.admin) as wire:
            return (await wire.ask("localhost", "/readyz")).status == 200
    return False
