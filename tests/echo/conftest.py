"""A running demo backend, spoken to over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession

from portico.echo import serve

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Echo:
    port: int
    stop: asyncio.Event

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def exchange(self, request: bytes) -> bytes:
        """Sends exactly these bytes and returns all that comes back before the end."""
        async with self.connected() as (reader, writer):
            writer.write(request)
            return await reader.read()


@asynccontextmanager
async def run_echo(name: str = "cart") -> AsyncIterator[Echo]:
    stop = asyncio.Event()
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(name, "127.0.0.1", 0, ready=port.set_result, stop=stop))
        try:
            yield Echo(await port, stop)
        finally:
            stop.set()


@pytest.fixture
def running():
    return run_echo


@asynccontextmanager
async def browse_echo() -> AsyncIterator[ClientSession]:
    async with run_echo() as echo, ClientSession(echo.url) as client:
        yield client


@pytest.fixture
def browsing():
    return browse_echo
