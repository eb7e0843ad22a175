"""The ports: a bounded number of connections, and none that never asks anything."""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from aiohttp import web

from portico.webhook.limits import Limits

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

GRACE: Final = 5.0
"""Seconds for questions that are under way at the end."""


class DoorError(Exception):
    """A port cannot be had; the text says why and what to do."""


class Door(NamedTuple):
    """Where to listen, and the option that says so. Port 0: any that is free."""

    host: str
    port: int
    option: str
    context: ssl.SSLContext | None = None


@asynccontextmanager
async def opened(
    application: web.Application, door: Door, limits: Limits
) -> AsyncIterator[tuple[str, int]]:
    """Until the end of the block; the address that it is.

    Raises DoorError where the port is taken.
    """
    guard = _Guard(limits)
    application.middlewares.append(guard.noted)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    assert runner.server is not None
    guard.server = runner.server
    patience = limits.silence if door.context else None
    try:
        listening = await asyncio.get_running_loop().create_server(
            guard.connection,
            door.host,
            door.port,
            ssl=door.context,
            ssl_handshake_timeout=patience,
            ssl_shutdown_timeout=1.0 if door.context else None,
        )
    except OSError as error:
        await runner.cleanup()
        where = f"{door.host}:{door.port}"
        raise DoorError(f"{where}: {_reason(error)}; see {door.option}") from None
    try:
        host, port = listening.sockets[0].getsockname()[:2]
        yield host, port
    finally:
        listening.close()
        guard.close()
        await runner.cleanup()


class _Guard:
    """Counts connections, and ends those that say nothing."""

    server: web.Server

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._silent: dict[asyncio.BaseProtocol, asyncio.TimerHandle] = {}
        """Those in a handshake among them, of which the server does not know yet."""

    def connection(self) -> asyncio.Protocol:
        if max(len(self._silent), len(self.server.connections)) >= self._limits.connections:
            return _Closed()
        protocol = self.server()
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._limits.silence, self._end, protocol)
        self._silent[protocol] = timer
        return protocol

    @web.middleware
    async def noted(self, request: web.Request, handler: Next) -> web.StreamResponse:
        if timer := self._silent.pop(request.protocol, None):
            timer.cancel()
        return await handler(request)

    def _end(self, protocol: web.RequestHandler) -> None:
        self._silent.pop(protocol, None)
        if protocol.transport is not None:
            protocol.transport.abort()

    def close(self) -> None:
        for timer in self._silent.values():
            timer.cancel()


class _Closed(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _reason(error: OSError) -> str:
    # asyncio puts the address into the text, and one is enough.
    if error.errno is None or isinstance(error, socket.gaierror):
        return str(error.strerror)
    return os.strerror(error.errno).lower()
