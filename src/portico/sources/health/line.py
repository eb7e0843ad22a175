"""One connection to something that is checked: opened when asked, and kept for the next question.

Sockets without asyncio's streams: a check costs a third, and there may be thousands a second.
"""

import asyncio
import errno
import os
import socket
import struct
from collections.abc import Callable
from typing import Final

from portico.sources.health.answer import NotHTTPError, read_answer

REFUSED: Final = "connection refused"
TIMED_OUT: Final = "connection timed out"
NO_ANSWER: Final = "no answer in time"
CLOSED: Final = "the connection was closed without an answer"
NOT_HTTP: Final = "the answer is not HTTP"

OURS: Final = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.EPERM}
)
"""Troubles of this machine, which say nothing about the other."""

_QUESTIONS: Final = 60
"""After so many a new connection is made: a node that takes no new ones is to be noticed."""

_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER: end with RST, so that thousands of checks leave no sockets in TIME_WAIT."""


class Line:
    """Tells `done` what the trouble is; empty if there is none. Without a question, a connection
    that is accepted is answer enough.
    """

    def __init__(
        self, address: str, port: int, question: bytes, done: Callable[[str], None]
    ) -> None:
        self._to = address, port
        self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._question = question
        self._done = done
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        self._is_connected = False
        self._asked = 0
        self._received = b""
        self.is_busy = False

    def ask(self) -> None:
        """Ask once; the answer comes by and by."""
        self.is_busy, self._received = True, b""
        if self._socket is None or self._asked >= _QUESTIONS:
            self._open()
        else:
            self._send()

    def expire(self) -> None:
        """There was no answer in time."""
        if self.is_busy:
            self._end(NO_ANSWER if self._is_connected else TIMED_OUT)

    def close(self) -> None:
        """Let go of the connection; whatever was asked is not answered any more."""
        self.is_busy = self._is_connected = False
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()
            self._socket = None

    def _open(self) -> None:
        self.close()
        self.is_busy, self._asked = True, 0
        try:
            self._socket = socket.socket(self._family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            error = self._socket.connect_ex(self._to)
        except OSError as trouble:
            error = trouble.errno or errno.EINVAL
        if error in (0, errno.EINPROGRESS) and self._socket is not None:
            self._loop.add_writer(self._socket, self._connected)
        else:
            self._fail(error)

    def _connected(self) -> None:
        assert self._socket is not None
        self._loop.remove_writer(self._socket)
        if error := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._fail(error)
        elif not self._question:
            self._end("")
        else:
            self._is_connected = True
            self._loop.add_reader(self._socket, self._hear)
            self._send()

    def _send(self) -> None:
        assert self._socket is not None
        self._asked += 1
        try:
            self._socket.send(self._question)
        except OSError as trouble:
            self._lose(trouble.errno or errno.EPIPE)

    def _hear(self) -> None:
        assert self._socket is not None
        try:
            received = self._socket.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError as trouble:
            self._lose(trouble.errno or errno.ECONNRESET)
            return
        if not self.is_busy:
            self.close()  # the end of a connection that was kept, or something nobody asked for
        elif not received:
            self._lose(0)
        else:
            self._received += received
            self._read()

    def _read(self) -> None:
        try:
            answer = read_answer(self._received)
        except NotHTTPError:
            self._end(NOT_HTTP)
            return
        if answer is None:
            return
        trouble = "" if answer.status == 200 else f"answered {answer.status}"
        if answer.may_go_on:
            self.is_busy = False
            self._done(trouble)
        else:
            self._end(trouble)

    def _lose(self, error: int) -> None:
        """A connection that was kept may have been closed meanwhile: that is no trouble yet."""
        if self._asked > 1 and not self._received:
            self._open()
        elif error:
            self._fail(error)
        else:
            self._end(CLOSED)

    def _fail(self, error: int) -> None:
        if error in OURS:
            self.close()  # no answer at all: the verdict stays as it is
        else:
            self._end(REFUSED if error == errno.ECONNREFUSED else os.strerror(error).lower())

    def _end(self, trouble: str) -> None:
        self.close()
        self._done(trouble)
