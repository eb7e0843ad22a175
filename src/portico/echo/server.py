"""Listens for the demo backend and stops it without cutting answers short."""

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import web

from portico.echo.app import UNDERWAY, build

# Longer than a proxy keeps an idle connection (nginx: 60 s), so that the proxy closes first
# and never sends a request into a closing socket.
KEEPALIVE_SECONDS: Final = 300.0

# A backend for trying things out should not be what refuses a large header.
MAX_HEADER_BYTES: Final = 64 * 1024
MAX_HEADERS: Final = 1000

BACKLOG: Final = 4096

GRACE_SECONDS: Final = 5.0


async def serve(
    name: str,
    host: str,
    port: int,
    *,
    ready: Callable[[int], None] | None = None,
    stop: asyncio.Event,
) -> None:
    """Serves until `stop` is set, then gives requests under way `GRACE_SECONDS` to finish.

    `ready` gets the bound port, which matters when `port` is 0. Raises OSError when the address
    cannot be bound, and ValueError for a name that no header could carry.
    """
    runner = web.AppRunner(
        build(name),
        access_log=None,
        # Counting what was sent, not what it unpacks to.
        auto_decompress=False,
        # A delay or a stream ends with the client that asked for it.
        handler_cancellation=True,
        keepalive_timeout=KEEPALIVE_SECONDS,
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
        max_headers=MAX_HEADERS,
        # Nothing is under way by then.
        shutdown_timeout=0.5,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=BACKLOG)
        await site.start()
        if ready is not None:
            ready(runner.addresses[0][1])
        await stop.wait()
        await site.stop()
        # Before the cleanup, after which aiohttp reads no more of a body it is receiving.
        await runner.app[UNDERWAY].settle(GRACE_SECONDS)
    finally:
        await runner.cleanup()
