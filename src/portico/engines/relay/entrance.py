"""Takes connections, as many as there is room for; the others wait in the kernel's queue."""

import select
import socket
import time
from collections.abc import Callable, Sequence
from typing import Final

from portico.engines.companion.loop import Loop

MOST_AT_ONCE: Final = 64
"""Connections taken in one go, before others have their turn."""

PAUSE: Final = 0.5
"""Seconds until the next try after the system had no room for one more."""


class Entrance:
    """The listeners. `welcome` gets each new client and its address."""

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        loop: Loop,
        has_room: Callable[[], bool],
        welcome: Callable[[socket.socket, str, int], None],
    ) -> None:
        self._listeners = {listener.fileno(): listener for listener in listeners}
        self._loop = loop
        self._has_room = has_room
        self._welcome = welcome
        self._is_open = False
        self.opens_at: float | None = None
        """When to call `open` again."""

        self.open()

    def open(self) -> None:
        """Go on taking; nothing to do where that is so, or where the end has begun."""
        self.opens_at = None
        if not self._is_open:
            self._is_open = True
            for descriptor in self._listeners:
                self._loop.watch(descriptor, select.EPOLLIN, self)

    def ready(self, descriptor: int, events: int) -> None:
        self._take(self._listeners[descriptor], MOST_AT_ONCE)

    def abort(self) -> None:
        """Nothing to give up: whoever was being welcomed is, everybody else is not concerned."""

    def close(self) -> None:
        """For good. Who has been waiting is still taken."""
        for listener in self._listeners.values():
            self._take(listener, None)
            self._loop.dispose(listener)
        self._listeners = {}

    def _take(self, listener: socket.socket, most: int | None) -> None:
        taken = 0
        while most is None or taken < most:
            if most is not None and not self._has_room():
                self._stop()
                return
            try:
                client, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:  # no descriptors, no memory
                self._stop()
                self.opens_at = time.monotonic() + PAUSE
                return
            taken += 1
            client.settimeout(0)
            # An address of the link's own comes with the name of the link.
            self._welcome(client, address[0].partition("%")[0], address[1])

    def _stop(self) -> None:
        self._is_open = False
        for descriptor in self._listeners:
            self._loop.forget(descriptor)
