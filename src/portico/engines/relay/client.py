"""The engine's mouth: asks a relay on its unix socket."""

import asyncio
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.relay import wire

PATIENCE: Final = 10.0
LONGEST_ANSWER: Final = 1 << 16


class RelayError(Exception):
    """The relay did not do as it was told; the text says why and what to do."""


async def ask(path: Path, request: wire.Request) -> wire.State:
    """Raises RelayError where nobody answers, or not as expected."""
    try:
        async with asyncio.timeout(PATIENCE):
            line = await _exchange(path, wire.encode_line(request))
        state = wire.decode_state(line)
    except (OSError, TimeoutError, ValueError, msgspec.DecodeError) as error:
        reason = str(error) or "no answer"
        raise RelayError(f"the control socket of the relay: {reason}") from None
    if state.error:
        raise RelayError(f"the relay did not understand: {state.error}")
    return state


async def _exchange(path: Path, line: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_ANSWER)
    try:
        writer.write(line)
        await writer.drain()
        return await reader.readline()
    finally:
        writer.close()
