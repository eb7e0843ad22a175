"""One connection from a client to an application, copied as containerd copies it.

When one direction has ended, the application is told nothing of it: the other direction has a
moment to end by itself, and then both are closed. So an application that waits for the end of its
input before it answers never answers, and an answer that takes longer than the moment is cut off.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

HELD_BACK = 50 * 32 * 1024
"""Bytes for an application that does not read, before its whole session is not read any more."""


class Client(Protocol):
    """The side of a session that one course is about."""

    def send(self, content: bytes) -> None: ...

    def hold(self, course: "Course") -> None:
        """Stop reading what the client sends, of this and of all other courses."""

    def release(self, course: "Course") -> None: ...

    def done(self, trouble: OSError | None) -> None:
        """Both directions are closed."""


class Course(asyncio.Protocol):
    """The application's side; `grace` is the moment, in seconds."""

    def __init__(self, client: Client, grace: float, forget: Callable[["Course"], None]) -> None:
        self._client = client
        self._grace = grace
        self._forget = forget
        self._transport: asyncio.Transport | None = None
        self._early: list[bytes] = []
        self._client_ends = self._is_over = self._waits = False
        self._app_ended: OSError | bool = False
        self._is_paused = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_over(self) -> bool:
        return self._is_over

    # What the client does.

    def from_client(self, content: bytes) -> None:
        if self._is_over or self._client_ends:
            return
        if self._transport is None:
            self._early.append(content)
            if sum(map(len, self._early)) > HELD_BACK:
                self._client.hold(self)
        elif not self._transport.is_closing():
            self._transport.write(content)
        else:
            self._client_ends = True  # writing to what is gone is an end too
            self._end()

    def client_ended(self) -> None:
        if self._client_ends or self._is_over:
            return
        self._client_ends = True
        if self._transport is not None:
            self._end_when_written(self._transport)

    def pause(self) -> None:
        """The client takes no more for now."""
        self._is_paused = True
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        self._is_paused = False
        if self._transport is not None and not self._is_over:
            self._transport.resume_reading()

    # What becomes of the application.

    def kill(self) -> None:
        """The process is gone, and the kernel closes for it."""
        self._app_is_through(True)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._is_over:
            transport.abort()
            return
        self._transport = transport
        transport.set_write_buffer_limits(high=HELD_BACK)
        if self._is_paused:
            transport.pause_reading()
        early, self._early = self._early, []
        transport.writelines(early)
        self._client.release(self)
        if self._client_ends:
            self._end_when_written(transport)

    def data_received(self, content: bytes) -> None:
        if not self._is_over:
            self._client.send(content)

    def eof_received(self) -> bool:
        self._app_is_through(True)
        return True  # what the client still sends goes on

    def connection_lost(self, trouble: Exception | None) -> None:
        self._client.release(self)
        self._app_is_through(trouble if isinstance(trouble, OSError) else True)

    def pause_writing(self) -> None:
        self._client.hold(self)

    def resume_writing(self) -> None:
        self._client.release(self)
        if self._waits:
            self._waits = False
            self._end()

    def abort(self) -> None:
        """At once, and the client is not told: its connection is gone too."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
        self._forget(self)

    def give_up(self) -> None:
        """There never was a connection."""
        self._is_over = True
        self._client.release(self)
        self._forget(self)

    def _app_is_through(self, how: OSError | bool) -> None:
        if not self._app_ended and not self._is_over:
            self._app_ended = how
            self._end()

    def _end_when_written(self, transport: asyncio.Transport) -> None:
        transport.set_write_buffer_limits(high=0)
        if transport.get_write_buffer_size():
            self._waits = True
        else:
            self._end()

    def _end(self) -> None:
        """Of one direction; of the second the whole."""
        if self._is_over:
            return
        if (self._app_ended and self._client_ends and not self._waits) or not self._grace:
            self._finish()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._grace, self._finish)

    def _finish(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        self._client.release(self)
        self._forget(self)
        if self._transport is not None:
            self._transport.close()
        self._client.done(self._app_ended if isinstance(self._app_ended, OSError) else None)
