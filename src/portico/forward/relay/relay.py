"""One connection: a socket here, a stream to a pod there."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from portico.forward.relay.open_socket import OpenSocket
from portico.kube.streams.stream import Buffer, End, Ending, Stream

LINGER: Final = 1.0
"""Seconds for the client to end, too, once the pod has. To close while something comes in would
reset the connection, and take from the client what it has not read yet."""

REGULAR: Final = frozenset({Ending.CLEAN, Ending.RESET_BY_CLIENT})


class Outcome(Struct, frozen=True):
    """Of one connection: bytes to the pod and from it, and how it ended."""

    sent: int
    received: int
    end: End

    @property
    def error(self) -> str:
        """Empty where nothing was wrong on the way and in the pod."""
        return "" if self.end.ending in REGULAR else str(self.end)


class Relay:
    """Receives from both and hands to the other. Its stream is given by `start`."""

    def __init__(
        self,
        connection: socket.socket,
        room: memoryview,
        on_end: Callable[[Outcome], None],
        on_return: Callable[[], None] | None = None,
    ) -> None:
        self.sent = 0
        self.received_bytes = 0
        self._on_end = on_end
        self._on_return = on_return
        self._local = OpenSocket(connection, room, self)
        self._loop = asyncio.get_running_loop()
        self._stream: Stream | None = None
        self._end: End | None = None
        self._is_full = False
        self._timer: asyncio.TimerHandle | None = None

    def start(self, stream: Stream) -> None:
        """Whose receiver this is."""
        self._stream = stream
        if not self._is_full:
            self._local.read_at_once()

    def abort(self) -> None:
        """Now, both ways."""
        if self._stream and not self._end:
            self._stream.reset()
        self._end = self._end or End(Ending.CLOSED)
        self._local.reset()

    @property
    def _is_untouched(self) -> bool:
        """Whether nothing was read of it or sent to it, so that another way may be tried."""
        has_moved = self.sent or self.received_bytes or self._local.has_read_all
        return not has_moved and self._local.is_open

    # What the stream tells.

    def data_received(self, data: Buffer) -> None:
        self.received_bytes += len(data)
        self._local.write(data)

    def eof_received(self) -> None:
        self._local.write_eof()

    def stream_ended(self, end: End) -> None:
        self._end = end
        if self._on_return and end.ending is Ending.LOST and self._is_untouched:
            self._local.release()
            self._on_return()
        elif end.ending is Ending.CLEAN and self._local.has_read_all:
            self._local.close()
        elif end.ending is Ending.CLEAN:
            self._timer = self._loop.call_later(LINGER, self._local.close)
            self._local.resume_reading()
            self._local.write_eof()
        elif end.ending in (Ending.REFUSED, Ending.RESET_BY_POD):
            self._local.pause_reading()
            self._local.reset_when_sent()
        else:
            self._local.reset()

    def pause_writing(self) -> None:
        self._is_full = True
        self._local.pause_reading()

    def resume_writing(self) -> None:
        self._is_full = False
        if self._stream:
            self._local.resume_reading()

    # What the socket tells.

    def received(self, data: memoryview) -> None:
        if self._stream and not self._end:
            self.sent += len(data)
            self._stream.write(data)

    def received_eof(self) -> None:
        if self._end:
            self._local.close()
        elif self._stream:
            self._stream.write_eof()

    def gone(self, error: OSError | None) -> None:
        if self._timer:
            self._timer.cancel()
        if not self._end:
            self._end = End(Ending.RESET_BY_CLIENT, error.strerror or "" if error else "")
            if self._stream:
                self._stream.reset()
        self._on_end(Outcome(self.sent, self.received_bytes, self._end))

    def full(self) -> None:
        if self._stream:
            self._stream.pause_reading()

    def drained(self) -> None:
        if self._stream:
            self._stream.resume_reading()
