"""A stream that is a connection of its own, without a pod's session around it."""

import asyncio
import errno
import os
import socket
from typing import Final

from portico.forward.relay.open_socket import OpenSocket
from portico.kube.streams.stream import Buffer, End, Ending, Receiver

PATIENCE: Final = 10.0
"""Seconds to connect."""


class DirectStream:
    """A `Stream` to an IP address and a port; it connects by itself."""

    def __init__(self, address: str, port: int, room: memoryview, receiver: Receiver) -> None:
        self._receiver = receiver
        self._loop = asyncio.get_running_loop()
        self._written = bytearray()
        self._is_told_to_end = False
        self._is_over = False
        self._is_connected = False
        self._has_read_all = False
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._connection = socket.socket(family, socket.SOCK_STREAM)
        self._connection.settimeout(0)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._far = OpenSocket(self._connection, room, self)
        receiver.pause_writing()
        self._timer = self._loop.call_later(PATIENCE, self._is_late)
        code = self._connection.connect_ex((address, port))
        if code in (0, errno.EINPROGRESS):
            self._loop.add_writer(self._connection, self._has_connected)
        else:
            self._loop.call_soon(self._refused, code)

    def write(self, data: Buffer) -> None:
        if self._is_connected:
            self._far.write(data)
        elif not self._is_over:
            self._written += data

    def write_eof(self) -> None:
        self._is_told_to_end = True
        if self._is_connected:
            self._far.write_eof()
            self._end_if_done()

    def reset(self) -> None:
        if not self._is_over:
            self._over()
            self._far.reset()

    def pause_reading(self) -> None:
        self._far.pause_reading()

    def resume_reading(self) -> None:
        if self._is_connected:
            self._far.resume_reading()

    def received(self, data: memoryview) -> None:
        self._receiver.data_received(data)

    def received_eof(self) -> None:
        self._has_read_all = True
        self._receiver.eof_received()
        self._end_if_done()

    def gone(self, error: OSError | None) -> None:
        if self._is_over:
            return
        self._over()
        end = End(Ending.RESET_BY_POD, error.strerror or "") if error else End(Ending.CLEAN)
        self._receiver.stream_ended(end)

    def full(self) -> None:
        self._receiver.pause_writing()

    def drained(self) -> None:
        self._receiver.resume_writing()

    def _end_if_done(self) -> None:
        if self._is_told_to_end and self._has_read_all:
            self._far.close()

    def _has_connected(self) -> None:
        self._loop.remove_writer(self._connection)
        if code := self._connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._refused(code)
            return
        self._timer.cancel()
        self._is_connected = True
        self._far.resume_reading()
        if self._written:
            self._far.write(self._written)
            self._written = bytearray()
        if self._is_told_to_end:
            self._far.write_eof()
        self._receiver.resume_writing()

    def _is_late(self) -> None:
        self._refused(errno.ETIMEDOUT)

    def _refused(self, code: int) -> None:
        if not self._is_over:
            self._over()
            self._far.reset()
            self._receiver.stream_ended(End(Ending.REFUSED, os.strerror(code).lower()))

    def _over(self) -> None:
        self._is_over = True
        self._timer.cancel()
