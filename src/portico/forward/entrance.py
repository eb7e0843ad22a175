"""Takes the connections that come to a port, and hands them on."""

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from typing import Final

from portico.forward.incoming import Incoming
from portico.forward.listen import Bound, close_all

AT_ONCE: Final = 256
"""Connections before others get their turn."""

PAUSE: Final = 0.2
"""Seconds, when there are no file descriptors left."""

_NONE_LEFT: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Entrance:
    """All addresses of one local port, from `open` to `close`."""

    def __init__(
        self, bound: Sequence[Bound], remote: int | str, take: Callable[[Incoming], None]
    ) -> None:
        self.bound = bound
        self.remote, self._taken_by = remote, take
        self._loop = asyncio.get_running_loop()
        self._paused: dict[Bound, asyncio.TimerHandle] = {}

    def open(self) -> None:
        for each in self.bound:
            self._loop.add_reader(each.socket, self._accept, each)

    def close(self) -> None:
        for each in self.bound:
            self._loop.remove_reader(each.socket)
        for timer in self._paused.values():
            timer.cancel()
        close_all(self.bound)

    def _accept(self, bound: Bound) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, _ = bound.socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _NONE_LEFT:
                    self._pause(bound)
                    return
                continue  # it was gone before it was taken
            self._take(connection, bound)

    def _take(self, connection: socket.socket, bound: Bound) -> None:
        connection.settimeout(0)
        self._taken_by(Incoming(connection, self.remote, bound.name, bound.port))

    def _pause(self, bound: Bound) -> None:
        """They wait in the kernel until others have ended."""
        self._loop.remove_reader(bound.socket)
        self._paused[bound] = self._loop.call_later(PAUSE, self._resume, bound)

    def _resume(self, bound: Bound) -> None:
        del self._paused[bound]
        self._loop.add_reader(bound.socket, self._accept, bound)
