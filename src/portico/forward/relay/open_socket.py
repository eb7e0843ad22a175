"""A connected socket in the event loop: less than a transport, and what a relay needs.

Transports of asyncio are made by a task each, have a buffer of their own to read into, and do not
reset. Here the memory that is read into is shared, which makes a thousand connections cheap.
"""

import asyncio
import os
import select
import socket
import struct
from collections import deque
from contextlib import suppress
from typing import Final, Protocol

from portico.kube.streams.stream import Buffer

HIGH_WATER: Final = 1 << 18
LOW_WATER: Final = 1 << 16
"""Bytes that wait to be sent, from which on the other end is asked to pause, and to go on."""

LOOK: Final = 1.0
"""Seconds between two looks at whether the peer of a socket that is not read is still there."""

_RESET: Final = struct.pack("ii", 1, 0)


class Owner(Protocol):
    """Who is told what happens to a socket."""

    def received(self, data: memoryview) -> None:
        """Good during this call only."""

    def received_eof(self) -> None:
        """The peer sends nothing more."""

    def gone(self, error: OSError | None) -> None:
        """It is closed, as it was asked to be, or by the peer's or the kernel's error. Once."""

    def full(self) -> None:
        """Too much waits to be sent."""

    def drained(self) -> None:
        """After `full`, most of it is sent."""


class OpenSocket:
    """Owns a socket that is connected and does not block; reads it until it is told to pause."""

    def __init__(self, connection: socket.socket, room: memoryview, owner: Owner) -> None:
        self._socket = connection
        self._room = room
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._unsent: deque[memoryview] = deque()
        self._unsent_size = 0
        self._is_reading = False
        self._is_full = False
        self._is_told_to_end = False
        self._is_told_to_close = False
        self.has_read_all = False
        self.is_open = True
        self._looking: asyncio.TimerHandle | None = None

    def resume_reading(self) -> None:
        """Also begins it."""
        if self.is_open and not (self._is_reading or self.has_read_all):
            self._is_reading = True
            self._loop.add_reader(self._socket, self._readable)

    def read_at_once(self) -> None:
        """What is there already, before the event loop finds it."""
        self.resume_reading()
        if self._is_reading:
            self._readable()

    def pause_reading(self) -> None:
        if self._is_reading:
            self._is_reading = False
            self._loop.remove_reader(self._socket)
            if not self._looking:
                self._looking = self._loop.call_later(LOOK, self._look)

    def write(self, data: Buffer) -> None:
        """What the kernel does not take at once is copied."""
        if not self.is_open or self._is_told_to_end:
            return
        view = memoryview(data)
        if not self._unsent:
            view = view[self._send(view) :]
            if not view:
                return
            self._loop.add_writer(self._socket, self._writable)
        self._unsent.append(memoryview(bytes(view)))
        self._unsent_size += len(view)
        if self._unsent_size > HIGH_WATER and not self._is_full:
            self._is_full = True
            self._owner.full()

    def write_eof(self) -> None:
        """After what is written."""
        if self.is_open and not self._is_told_to_end:
            self._is_told_to_end = True
            if not self._unsent:
                self._shut_down()

    def close(self) -> None:
        """After what is written is sent."""
        self._is_told_to_close = True
        if self.is_open and not self._unsent:
            self._close(None)

    def release(self) -> socket.socket:
        """It is somebody else's from here on; nothing may be waiting to be sent."""
        self.is_open = False
        self.pause_reading()
        if self._looking:
            self._looking.cancel()
        self._loop.remove_writer(self._socket)
        return self._socket

    def reset(self) -> None:
        """At once, and the peer sees that it was no regular end (where there are resets)."""
        self._make_reset()
        self._unsent.clear()
        if self.is_open:
            self._close(None)

    def reset_when_sent(self) -> None:
        """The peer gets what is written, and then sees that it was no regular end."""
        self._make_reset()
        self.close()

    def _make_reset(self) -> None:
        with suppress(OSError):  # it is not a TCP socket, or gone
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _readable(self) -> None:
        try:
            size = self._socket.recv_into(self._room)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._close(error)
            return
        if size:
            self._owner.received(self._room[:size])
            return
        self.has_read_all = True
        self.pause_reading()
        self._owner.received_eof()

    def _look(self) -> None:
        """While nothing is read the event loop does not tell of a reset."""
        self._looking = None
        if self._is_reading or not self.is_open:
            return
        asking = select.poll()
        asking.register(self._socket, 0)
        if asking.poll(0):
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self._close(OSError(code, os.strerror(code)) if code else None)
        else:
            self._looking = self._loop.call_later(LOOK, self._look)

    def _writable(self) -> None:
        while self._unsent:
            first = self._unsent[0]
            sent = self._send(first)
            self._unsent_size -= sent
            if sent < len(first):
                self._unsent[0] = first[sent:]
                break
            if self._unsent:
                self._unsent.popleft()
        if not self._unsent and self.is_open:
            self._loop.remove_writer(self._socket)
            self._all_sent()
        if self._is_full and self._unsent_size <= LOW_WATER:
            self._is_full = False
            self._owner.drained()

    def _all_sent(self) -> None:
        if self._is_told_to_close:
            self._close(None)
        elif self._is_told_to_end:
            self._shut_down()

    def _send(self, view: memoryview) -> int:
        try:
            return self._socket.send(view)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self._close(error)
            return len(view)  # nobody is to try it again

    def _shut_down(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            self._close(error)

    def _close(self, error: OSError | None) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self.pause_reading()
        if self._looking:
            self._looking.cancel()
        self._loop.remove_writer(self._socket)
        self._unsent.clear()
        self._socket.close()
        self._owner.gone(error)
