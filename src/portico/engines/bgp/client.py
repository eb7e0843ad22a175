"""The engine's mouth: asks a speaker on its unix socket."""

import asyncio
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.bgp import wire

PATIENCE: Final = 20.0
LONGEST_ANSWER: Final = 16 << 20


class SpeakerError(Exception):
    """The speaker did not do as it was told; the text says why and what to do."""


async def ask(path: Path, request: wire.Request) -> wire.State:
    """Raises SpeakerError where nobody answers, or not as expected."""
    try:
        async with asyncio.timeout(PATIENCE):
            line = await _exchange(path, wire.encode_line(request))
        state = wire.decode_state(line)
    except (OSError, TimeoutError, ValueError, msgspec.DecodeError) as error:
        reason = str(error) or "no answer"
        raise SpeakerError(f"the control socket of the BGP speaker: {reason}") from None
    if state.error:
        raise SpeakerError(f"the BGP speaker did not understand: {state.error}")
    return state


async def _exchange(path: Path, line: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_ANSWER)
    try:
        writer.write(line)
        await writer.drain()
        return await reader.readline()
    finally:
        writer.close()
