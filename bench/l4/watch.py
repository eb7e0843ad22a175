"""A steady stream of new connections that notes which of them fail."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

EVERY: Final = 0.005
PATIENCE: Final = 0.9
"""Seconds that a connection may take: less than until a lost SYN is sent again."""

_REQUEST: Final = b"GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@dataclass(slots=True)
class Watch:
    """Moments at which connections were begun that failed, and the last ones that did not."""

    address: str
    failed: list[float] = field(default_factory=list)
    answered: dict[str, float] = field(default_factory=dict)
    """By who answered."""

    count: int = 0

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._ask())
                await asyncio.sleep(EVERY)

    async def _ask(self) -> None:
        begun = time.monotonic()
        self.count += 1
        try:
            async with asyncio.timeout(PATIENCE):
                who = await self._who()
        except (OSError, EOFError):
            self.failed.append(begun)
        else:
            self.answered[who] = begun

    async def _who(self) -> str:
        reader, writer = await asyncio.open_connection(self.address, 80)
        try:
            writer.write(_REQUEST)
            answer = await reader.read()
        finally:
            writer.close()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise ConnectionError("no answer")
        return answer.rpartition(b"\r\n")[2].decode()
