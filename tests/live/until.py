"""Waiting for something to become true, and no longer than a test has patience."""

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE = 20.0
"""Seconds. No test says how fast something is; all of them say that it happens."""

PAUSE = 0.02


def until(check: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Look again and again, until it is so."""
    deadline = time.monotonic() + patience
    while not check():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(PAUSE)


async def eventually(
    check: Callable[[], Awaitable[object]], what: str, patience: float = PATIENCE
) -> None:
    """The same, while other tasks go on."""
    deadline = time.monotonic() + patience
    while not await check():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(PAUSE)
