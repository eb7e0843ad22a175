"""Connections that are kept for the next question."""

import asyncio
import ssl
from typing import Final

from portico.kube.http.connection import Connection

IDLE: Final = 90.0
"""Seconds; what stands in front of API servers often cuts later, some after 100."""

MOST: Final = 25
"""How many are kept, as client-go does; more than that are only needed in a burst."""


class Pool:
    """Those that were used last are used first, so that the others may end."""

    def __init__(self) -> None:
        self._kept: dict[Connection, asyncio.TimerHandle] = {}

    def take(self, context: ssl.SSLContext | None) -> Connection | None:
        """One that was opened with the same certificates."""
        while self._kept:
            connection, timer = self._kept.popitem()
            timer.cancel()
            if connection.is_usable and connection.context is context:
                return connection
            connection.abort()
        return None

    def give_back(self, connection: Connection) -> None:
        """To be kept, if it can be."""
        if not connection.is_usable or len(self._kept) >= MOST:
            connection.abort()
            return
        loop = asyncio.get_running_loop()
        self._kept[connection] = loop.call_later(IDLE, self._drop, connection)

    async def close(self) -> None:
        kept = list(self._kept)
        for connection in kept:
            self._drop(connection)
        for connection in kept:
            await connection.pipe.wait_gone()

    def _drop(self, connection: Connection) -> None:
        self._kept.pop(connection).cancel()
        connection.abort()
