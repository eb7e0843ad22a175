"""Our end of ExaBGP's pipe: commands go in, each is answered, and events come in between."""

import asyncio
import contextlib
import os
import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from portico.engines.bgp.exabgp import events
from portico.engines.bgp.speaker.contract import DaemonError

PATIENCE: Final = 10.0
"""Seconds that ExaBGP has for an answer; thousands of routes may be queued before it."""

AT_ONCE: Final = 1 << 16


class Answer(NamedTuple):
    """What was printed before the last word, and whether that was `done`."""

    lines: tuple[str, ...]
    is_done: bool


class Pipe:
    """Listens at a socket for the program that ExaBGP starts. `heard` is given every event."""

    def __init__(self, path: Path, heard: Callable[[events.Event], None]) -> None:
        self.path = path
        self.attachments = 0
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._listener: socket.socket | None = None
        self._caller: socket.socket | None = None
        self._ends: tuple[int, int] | None = None
        self._attached = asyncio.Event()
        self._unread = b""
        self._unsent = b""
        self._lines: list[str] = []
        self._waiting: deque[asyncio.Future[Answer]] = deque()

    @property
    def is_attached(self) -> bool:
        return self._attached.is_set()

    def listen(self) -> None:
        """Raises OSError."""
        if self._listener is not None:
            return
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        listener.bind(str(self.path))
        self.path.chmod(0o600)
        listener.listen(4)
        self._listener = listener
        self._loop.add_reader(listener, self._accept)

    async def attached(self, patience: float) -> bool:
        """Whether ExaBGP's end is ours within so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._attached.wait()
        return self.is_attached

    async def ask(self, *commands: str) -> list[Answer]:
        """All commands at once, and their answers. Raises DaemonError."""
        if not self.is_attached:
            raise DaemonError("ExaBGP is not connected to its pipe")
        waiting = [self._loop.create_future() for _ in commands]
        self._waiting.extend(waiting)
        self._send("".join(f"{command}\n" for command in commands).encode())
        try:
            async with asyncio.timeout(PATIENCE):
                return [await each for each in waiting]
        except TimeoutError:
            self.detach()
            raise DaemonError("ExaBGP does not answer") from None

    def detach(self) -> None:
        """Let go of the pipe; whoever waits for an answer is told."""
        if self._ends is not None:
            reading, writing = self._ends
            self._loop.remove_reader(reading)
            self._loop.remove_writer(writing)
            os.close(reading)
            os.close(writing)
            self._ends = None
        if self._caller is not None:
            self._caller.close()
            self._caller = None
        self._attached.clear()
        self._unread = self._unsent = b""
        self._lines = []
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(DaemonError("ExaBGP has closed its pipe"))
                waiting.exception()  # somebody may have stopped waiting for it

    def close(self) -> None:
        self.detach()
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None
            self.path.unlink(missing_ok=True)

    def _accept(self) -> None:
        assert self._listener is not None
        try:
            caller, _ = self._listener.accept()
            caller.settimeout(1)
            _, descriptors, _, _ = socket.recv_fds(caller, 16, 2)
        except OSError:
            return
        self.detach()
        if len(descriptors) != 2:
            caller.close()
            return
        reading, writing = descriptors
        for descriptor in descriptors:
            os.set_blocking(descriptor, False)
        self._ends, self._caller = (reading, writing), caller
        self._loop.add_reader(reading, self._read)
        self._attached.set()
        self.attachments += 1

    def _read(self) -> None:
        assert self._ends is not None
        try:
            said = os.read(self._ends[0], AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            self.detach()
            return
        *lines, self._unread = (self._unread + said).split(b"\n")
        for line in lines:
            self._take(line.decode(errors="replace"))

    def _take(self, line: str) -> None:
        if events.is_event(line):
            event = events.event(line)
            if event is not None:
                self._heard(event)
        elif line in (events.DONE, events.ERROR):
            printed, self._lines = tuple(self._lines), []
            if self._waiting:
                waiting = self._waiting.popleft()
                if not waiting.done():
                    waiting.set_result(Answer(printed, line == events.DONE))
        else:
            self._lines.append(line)

    def _send(self, octets: bytes) -> None:
        self._unsent += octets
        self._write()

    def _write(self) -> None:
        if self._ends is None:
            return
        writing = self._ends[1]
        try:
            self._unsent = self._unsent[os.write(writing, self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self.detach()
            return
        if self._unsent:
            self._loop.add_writer(writing, self._write)
        else:
            self._loop.remove_writer(writing)
