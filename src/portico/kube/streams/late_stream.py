"""A stream that is asked for before there is a session for it."""

from collections.abc import Callable

from portico.kube.streams.stream import Buffer, End, Receiver, Stream


class LateStream:
    """A `Stream`: keeps what is said to it until it is attached to a real one."""

    def __init__(
        self, port: int, receiver: Receiver, on_reset: Callable[["LateStream"], None]
    ) -> None:
        self.port = port
        self.receiver = receiver
        self._on_reset = on_reset
        self._stream: Stream | None = None
        self._written = bytearray()
        self._is_paused = False
        self._has_ended = False
        self._is_over = False
        receiver.pause_writing()

    def attach(self, stream: Stream, *, is_full: bool = False) -> None:
        """To one that was opened for the same receiver, which goes on unless the way is full."""
        if self._is_over:
            stream.reset()
            return
        self._stream = stream
        if self._is_paused:
            stream.pause_reading()
        if self._written:
            stream.write(self._written)
            self._written = bytearray()
        if self._has_ended:
            stream.write_eof()
        if not is_full:
            self.receiver.resume_writing()

    def fail(self, end: End) -> None:
        """There will be none, unless there is one already."""
        if not (self._is_over or self._stream):
            self._is_over = True
            self.receiver.stream_ended(end)

    def write(self, data: Buffer) -> None:
        if self._stream:
            self._stream.write(data)
        elif not self._is_over:
            self._written += data

    def write_eof(self) -> None:
        self._has_ended = True
        if self._stream:
            self._stream.write_eof()

    def reset(self) -> None:
        if self._stream:
            self._stream.reset()
        elif not self._is_over:
            self._is_over = True
            self._on_reset(self)

    def pause_reading(self) -> None:
        self._is_paused = True
        if self._stream:
            self._stream.pause_reading()

    def resume_reading(self) -> None:
        self._is_paused = False
        if self._stream:
            self._stream.resume_reading()
