"""Who waits for which file descriptor. One thread, nothing in it ever blocks.

Not asyncio: on the path of every connection a third of the time would go into its bookkeeping
(docs/decisions/0016-relay.md has the figures).
"""

import select
import socket
import traceback
from typing import Final, Protocol

MOST_TRACES: Final = 50
"""Printed in the life of a process; further bugs are only counted."""


class Watcher(Protocol):
    """Waits for something to happen to its descriptors."""

    def ready(self, descriptor: int, events: int) -> None:
        """Something has happened."""
        ...

    def abort(self) -> None:
        """Give up, and everything with it: a bug was found on the way."""
        ...


class Loop:
    """Descriptors and their watchers."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._watchers: dict[int, Watcher] = {}
        self._closing: list[socket.socket] = []
        self.bugs = 0

    def watch(self, descriptor: int, events: int, watcher: Watcher) -> None:
        self._watchers[descriptor] = watcher
        self._epoll.register(descriptor, events)

    def change(self, descriptor: int, events: int) -> None:
        self._epoll.modify(descriptor, events)

    def forget(self, descriptor: int) -> None:
        """Does nothing for a descriptor that nobody watches."""
        if self._watchers.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def dispose(self, closing: socket.socket) -> None:
        """Forget it, and close it after this turn.

        Not at once: its number would be used again, and what is left of this turn's events for
        the old socket would be taken for the new one's.
        """
        self.forget(closing.fileno())
        self._closing.append(closing)

    def turn(self, patience: float | None) -> None:
        """Wait for events, at most so many seconds, and hand them out."""
        for descriptor, events in self._epoll.poll(patience):
            watcher = self._watchers.get(descriptor)
            if watcher is not None:
                self._tell(watcher, descriptor, events)
        if self._closing:
            for closing in self._closing:
                closing.close()
            self._closing.clear()

    def _tell(self, watcher: Watcher, descriptor: int, events: int) -> None:
        try:
            watcher.ready(descriptor, events)
        except Exception:  # noqa: BLE001  # a bug on one connection must not end all the others
            self.bugs += 1
            if self.bugs <= MOST_TRACES:
                traceback.print_exc()
            watcher.abort()
