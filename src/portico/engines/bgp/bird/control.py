"""BIRD's control socket: a line in, numbered lines out."""

import asyncio
import re
from pathlib import Path
from typing import Final, NamedTuple

from portico.engines.bgp.speaker.contract import DaemonError

PATIENCE: Final = 10.0

_LAST: Final = re.compile(rb"\d{4} ")


class Reply(NamedTuple):
    """The number of the last line, and all lines without their numbers."""

    code: int
    lines: tuple[str, ...]

    @property
    def is_error(self) -> bool:
        """Errors of BIRD's own begin with 8, those of the command with 9."""
        return self.code >= 8000


async def ask(socket: Path, command: str) -> Reply:
    """Raises DaemonError where nobody answers."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            try:
                await _reply(reader)  # it greets
                writer.write(command.encode() + b"\n")
                await writer.drain()
                return await _reply(reader)
            finally:
                writer.close()
    except (OSError, TimeoutError, EOFError) as error:
        raise DaemonError(f"the control socket of BIRD: {str(error) or 'no answer'}") from None


async def _reply(reader: asyncio.StreamReader) -> Reply:
    lines = []
    while line := await reader.readline():
        is_numbered = line[:4].isdigit()
        lines.append(line[5 if is_numbered else 1 :].decode(errors="replace").rstrip())
        if _LAST.match(line):
            return Reply(int(line[:4]), tuple(lines))
    raise EOFError("it has hung up")
