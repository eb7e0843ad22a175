"""SIGTERM, seen where nothing else is half done."""

import select
import signal
import socket
from collections.abc import Callable

from portico.engines.companion.loop import Loop


def on_term(loop: Loop, leave: Callable[[], None]) -> None:
    """Have `leave` called by the loop whenever the process is told to leave."""
    _Ear(loop, leave)


class _Ear:
    """Its sockets stay open as long as the loop knows it: that is as long as the process."""

    def __init__(self, loop: Loop, leave: Callable[[], None]) -> None:
        self._leave = leave
        self._ear, self._mouth = socket.socketpair()
        self._ear.settimeout(0)
        self._mouth.settimeout(0)
        signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, _noted)
        loop.watch(self._ear.fileno(), select.EPOLLIN, self)

    def ready(self, descriptor: int, events: int) -> None:
        self._ear.recv(64)
        self._leave()

    def abort(self) -> None:
        """There is nothing to give up."""


def _noted(number: int, frame: object) -> None:
    """The wakeup descriptor tells the loop."""
