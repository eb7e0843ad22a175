"""A companion's ear where it is made with asyncio: the same socket as control.py's, many lines."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

LONGEST_REQUEST: Final = 64 << 20

Caller = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def listen(socket: Path, serve: Caller) -> asyncio.Server:
    """Take the place of a predecessor's socket in one step; only our own user may call.

    Raises OSError.
    """
    new = socket.with_name(f".{socket.name}.new")
    new.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(serve, str(new), limit=LONGEST_REQUEST)
    new.chmod(0o600)
    new.replace(socket)
    return server


def until_term() -> asyncio.Event:
    """Set on SIGTERM."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    return told
