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
        self._left = memoryview(b"")
        self._is_mute = False

    def ready(self, descriptor: int, events: int) -> None:
        try:
            if self._is_heard():
                self._left = self._left[self._caller.send(self._left) :]
            if not self._is_over():
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.abort()

    def _is_heard(self) -> bool:
        """Whether all was said, and is answered now."""
        if self._left:
            return True
        said = self._caller.recv(_AT_ONCE)
        self._heard += said
        self._is_mute = not said or len(self._heard) >= LONGEST_REQUEST
        if not said.endswith(b"\n"):  # JSON in one line: no other newline in it
            return False
        self._left = memoryview(self._answer(bytes(self._heard)))
        # The answer may be longer than what the kernel takes at once.
        self._loop.change(self._caller.fileno(), select.EPOLLOUT)
        self._is_mute = True
        return True

    def _is_over(self) -> bool:
        return self._is_mute and not self._left

    def abort(self) -> None:
        self._loop.dispose(self._caller)
