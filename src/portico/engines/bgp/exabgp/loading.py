"""ExaBGP's configuration file, and having it loaded: new sessions without harm to the others."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from portico.engines.bgp.exabgp import commands, config
from portico.engines.bgp.exabgp.pipe import Pipe
from portico.engines.bgp.speaker.child import Child
from portico.engines.bgp.speaker.contract import DaemonError
from portico.lib.atomic_file import write_atomic

PATIENCE: Final = 10.0
PAUSE: Final = 0.01
RESIGNAL: Final = 0.2
"""Seconds after which it is told again: a signal that finds it with unsent routes is forgotten."""


class Loading:
    """The blocks that ExaBGP has. It is told by a signal, and asked which generation it has."""

    def __init__(self, file: Path, child: Child, pipe: Pipe, program: tuple[str, ...]) -> None:
        self.file = file
        self.blocks: Mapping[str, str] = {}
        self.generation = 0
        self._child = child
        self._pipe = pipe
        self._program = program

    def write(self, blocks: Mapping[str, str]) -> None:
        """For an ExaBGP that is about to start. Raises ConfigError, OSError."""
        self.generation += 1
        write_atomic(self.file, config.render(blocks, self.generation, self._program).encode())
        self.blocks = dict(blocks)

    async def load(self, blocks: Mapping[str, str], *, again: bool = False) -> None:
        """Returns once it has these blocks and nothing of before is unsent. Raises DaemonError."""
        if blocks == self.blocks and not again:
            return
        self.write(blocks)
        self.blocks = {}  # whatever it has, until it says which
        clock = asyncio.get_running_loop().time
        deadline, told_at = clock() + PATIENCE, -RESIGNAL
        while not await self._is_loaded(blocks):
            if clock() >= deadline:
                raise DaemonError(f"ExaBGP does not load {self.file}, see {self._child.log}")
            if clock() - told_at >= RESIGNAL:
                told_at = clock()
                self._child.signal(signal.SIGUSR1)
            await asyncio.sleep(PAUSE)
        self.blocks = dict(blocks)

    async def _is_loaded(self, blocks: Mapping[str, str]) -> bool:
        (answer,) = await self._pipe.ask(commands.CONFIGURATION)
        return config.generation_of("\n".join(answer.lines)) == (
            self.generation if blocks else None
        )
