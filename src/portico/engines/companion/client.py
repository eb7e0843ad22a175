"""The engine's mouth: one line to a companion on its unix socket, and the line it answers."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec

from portico.engines.companion.lines import encode_line

LONGEST_ANSWER: Final = 64 << 20


class CompanionError(Exception):
    """A companion did not do as it was told; the text says why and what to do."""


class State(Protocol):
    """What a companion answers; `error` is empty where it understood."""

    @property
    def error(self) -> str: ...


S = TypeVar("S", bound=State)


async def ask(
    path: Path,
    request: msgspec.Struct,
    decode: Callable[[bytes], S],
    who: str,
    patience: float,
) -> S:
    """Raises CompanionError where nobody answers, or not as expected; its text names `who`."""
    try:
        state = decode(await _exchange(path, encode_line(request), patience))
    except (OSError, TimeoutError, ValueError, msgspec.DecodeError) as error:
        reason = str(error) or "no answer"
        raise CompanionError(f"the control socket of the {who}: {reason}") from None
    if state.error:
        raise CompanionError(f"the {who} did not understand: {state.error}")
    return state


async def _exchange(path: Path, line: bytes, patience: float) -> bytes:
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_ANSWER)
        try:
            writer.write(line)
            await writer.drain()
            return await reader.readline()
        finally:
            writer.close()
