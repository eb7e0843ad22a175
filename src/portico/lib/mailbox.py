"""One slot between a fast writer and a slow reader."""

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds only the newest value: a slow reader skips what it missed."""

    def __init__(self) -> None:
        self._values: list[T] = []
        self._filled = asyncio.Event()

    def put(self, value: T) -> bool:
        """Leave a value; True if an unread one was overwritten."""
        overwrote = bool(self._values)
        self._values = [value]
        self._filled.set()
        return overwrote

    async def take(self) -> T:
        """Wait for a value and empty the slot."""
        while not self._values:  # a second reader may have been quicker
            self._filled.clear()
            await self._filled.wait()
        return self._values.pop()
