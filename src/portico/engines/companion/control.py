"""A companion's ear: a unix socket, one request a connection."""

import select
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

from portico.engines.companion.loop import Loop

LONGEST_REQUEST: Final = 64 << 20
_AT_ONCE: Final = 1 << 20


class Control:
    """Listens. `answer` turns a line into a line.

    The socket takes the place of a predecessor's in one step, and is for its owner only.
    """

    def __init__(self, path: Path, loop: Loop, answer: Callable[[bytes], bytes]) -> None:
        self._loop = loop
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        new = path.with_name(f".{path.name}.new")
        new.unlink(missing_ok=True)
        self._listener.bind(str(new))
        new.chmod(0o600)
        self._listener.listen(16)
        new.replace(path)
        loop.watch(self._listener.fileno(), select.EPOLLIN, self)

    def ready(self, descriptor: int, events: int) -> None:
        try:
            caller, _ = self._listener.accept()
        except OSError:  # gone again, or no descriptors: it will ask once more
            return
        caller.settimeout(0)
        self._loop.watch(caller.fileno(), select.EPOLLIN, _Call(caller, self._loop, self._answer))

    def abort(self) -> None:
        """One call that failed is no reason to become deaf."""

    def close(self) -> None:
        self._loop.dispose(self._listener)


class _Call:
    """Reads a line, answers it, hangs up."""

    def __init__(self, caller: socket.socket, loop: Loop, answer: Callable[[bytes], bytes]) -> None:
        self._caller = caller
        self._loop = loop
        self._answer = answer
        self._heard = bytearray()

    def ready(self, descriptor: int, events: int) -> None:
        try:
            said = self._caller.recv(_AT_ONCE)
            self._heard += said
            if said.endswith(b"\n"):  # JSON in one line: no other newline in it
                self._caller.send(self._answer(bytes(self._heard)))  # short: there is room for it
            elif said and len(self._heard) < LONGEST_REQUEST:
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.abort()

    def abort(self) -> None:
        self._loop.dispose(self._caller)
