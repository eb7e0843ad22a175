"""The engine's mouth: one line to a companion on its unix socket, and the line it answers."""

import asyncio
from pathlib import Path
from typing import Final

PATIENCE: Final = 10.0
"""Seconds for a companion to start, or to answer."""

LONGEST_ANSWER: Final = 64 << 20


class CompanionError(Exception):
    """A companion did not do as it was told; the text says why and what to do."""


async def exchange(path: Path, line: bytes, patience: float = PATIENCE) -> bytes:
    """Raises OSError and TimeoutError where nobody answers."""
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_ANSWER)
        try:
            writer.write(line)
            await writer.drain()
            return await reader.readline()
        finally:
            writer.close()
