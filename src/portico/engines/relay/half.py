"""One direction of a connection."""

import os
import socket
from typing import Final

from portico.engines.relay.pipes import SIZE, Pipe, Pipes

_FLAGS: Final = os.SPLICE_F_NONBLOCK | os.SPLICE_F_MOVE


class Half:
    """Moves what comes from one socket to the other; holds at most one pipe full."""

    __slots__ = ("_from", "_pending", "_pipe", "_pipes", "_sink", "_to", "is_over", "moved")

    def __init__(self, source: socket.socket, sink: socket.socket, pipes: Pipes) -> None:
        self._sink = sink
        self._from = source.fileno()
        self._to = sink.fileno()
        self._pipes = pipes
        self._pipe: Pipe | None = None
        self._pending = 0
        self.moved = 0
        self.is_over = False
        """The source has said everything, and so was the sink told."""

    @property
    def is_stuck(self) -> bool:
        """Something waits for the sink to take it; meanwhile nothing is read."""
        return self._pipe is not None

    def pull(self) -> None:
        """Move what there is. Raises OSError where one end is broken."""
        pipe = self._pipes.borrow()
        try:
            size = os.splice(self._from, pipe.writer, SIZE, flags=_FLAGS)
        except OSError as error:
            self._pipes.give_back(pipe)
            if isinstance(error, BlockingIOError):
                return
            raise
        if size == 0:
            self._pipes.give_back(pipe)
            self.is_over = True
            self._sink.shutdown(socket.SHUT_WR)
            return
        self._pipe, self._pending = pipe, size
        self.flush()

    def flush(self) -> None:
        """Move what is stuck. Raises OSError where the sink is broken."""
        assert self._pipe is not None
        try:
            # Never more than is there: the kernel would wait for the rest before it sends.
            size = os.splice(self._pipe.reader, self._to, self._pending, flags=_FLAGS)
        except BlockingIOError:
            return
        self.moved += size
        self._pending -= size
        if not self._pending:
            self._pipes.give_back(self._pipe)
            self._pipe = None

    def drop(self) -> None:
        """Let go of what is stuck."""
        if self._pipe is not None:
            self._pipes.discard(self._pipe)
            self._pipe = None
