"""One connection to a port, as two streams of a SPDY session: the bytes, and what went wrong.

The pod's side (kubelet) ends the stream of errors, with a text in it or without, and then that of
bytes. Since 1.32 it resets both, without a text, if that is what the application did.
"""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Final, Protocol

from portico.kube.streams.spdy import ResetStatus
from portico.kube.streams.stream import Buffer, End, Ending, Receiver

QUIET: Final = 1.0
"""Seconds without a byte from the pod until it is told that the client has ended its direction."""

LAST_WORDS: Final = 5.0
"""Seconds for the pod's side to say how it went, once both directions are over."""

MOST_HELD: Final = 4 << 20
"""Bytes kept for a receiver that reads too slowly while others share its session."""

LONGEST_ERROR: Final = 1 << 14
"""Bytes of an error text that are kept."""


class HalfClose(StrEnum):
    """When the pod is told that the client has ended its direction.

    What runs in front of the container (containerd, CRI-O) takes that for the end of everything: a
    second later it closes, and what of the answer has not come by then is lost. So by default the
    end is told when the pod has been silent for a second: it has answered, or it waits for the end.
    """

    DEFER = "defer"
    FORWARD = "forward"


class Carrier(Protocol):
    """The session, as its streams know it."""

    half_close: HalfClose
    is_reading: bool
    """Else silence does not mean that the pod is silent."""

    def send_data(self, stream: "PodStream", data: Buffer) -> None: ...
    def send_end(self, stream: "PodStream") -> None: ...
    def send_reset(self, stream: "PodStream") -> None: ...

    def regulate(self) -> None:
        """A receiver has paused, or goes on."""

    def forget(self, stream: "PodStream") -> None:
        """It is over."""


class PodStream:
    """A `Stream`; made by a session."""

    def __init__(self, carrier: Carrier, receiver: Receiver, numbers: tuple[int, int]) -> None:
        self.error_number, self.number = numbers
        self.is_paused = False
        self.receiver = receiver
        self._carrier = carrier
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._taken: list[Buffer] = []
        self._held = bytearray()
        self._error = bytearray()
        self._heard_at: float | None = None
        self._is_told_to_end = False
        self._has_sent_end = False
        self._pod_has_ended = False
        self._has_told_eof = False
        self._has_error_ended = False
        self._is_over = False

    def write(self, data: Buffer) -> None:
        if not (self._is_over or self._is_told_to_end or self._has_sent_end):
            self._carrier.send_data(self, data)

    def write_eof(self) -> None:
        if self._is_over or self._is_told_to_end:
            return
        self._is_told_to_end = True
        if self._carrier.half_close is HalfClose.FORWARD or self._pod_has_ended:
            self._send_end()
            self._judge()
        else:
            self._set_timer(QUIET, self._end_when_silent)

    def reset(self) -> None:
        if not self._is_over:
            self._carrier.send_reset(self)
            self._finish()

    def pause_reading(self) -> None:
        if not (self._is_over or self.is_paused):
            self.is_paused = True
            self._carrier.regulate()

    def resume_reading(self) -> None:
        if self._is_over or not self.is_paused:
            return
        self.is_paused = False
        if self._held:
            held, self._held = self._held, bytearray()
            self.receiver.data_received(held)
        self._judge()
        self._carrier.regulate()

    def take(self, content: memoryview, *, ends: bool) -> None:
        """Bytes from the pod, for the `flush` that follows."""
        if content:
            self._taken.append(content)
        self._pod_has_ended = self._pod_has_ended or ends

    def flush(self) -> None:
        """What was taken goes to the receiver in one piece, as each costs a call of the kernel."""
        if self._is_over:
            return
        if self._taken:
            taken, self._taken = self._taken, []
            self._heard_at = self._loop.time()
            content = taken[0] if len(taken) == 1 else b"".join(taken)
            if self.is_paused:
                self._hold(content)
            else:
                self.receiver.data_received(content)
        self._judge()

    def take_error(self, content: memoryview, *, ends: bool) -> None:
        """Of the stream of errors."""
        self._error += content[: LONGEST_ERROR - len(self._error)]
        self._has_error_ended = self._has_error_ended or ends

    def take_reset(self, status: int) -> None:
        """Of the stream of bytes."""
        self.flush()
        self.end(self._failure(is_refused=status == ResetStatus.REFUSED_STREAM))

    def end(self, end: End) -> None:
        """Whatever is missing."""
        if not self._is_over:
            self._finish()
            self.receiver.stream_ended(end)

    def _judge(self) -> None:
        """Whether it is over, and how it went."""
        if self._is_over or self._held:
            return
        if self._error and self._has_error_ended:
            self._carrier.send_reset(self)
            self.end(self._failure(is_refused=self._heard_at is None))
        elif self._pod_has_ended:
            self._pod_is_silent_for_good()

    def _pod_is_silent_for_good(self) -> None:
        if not self._has_told_eof:
            self._has_told_eof = True
            self.receiver.eof_received()
        if self._has_error_ended:
            # The pod's side has left: nobody would read what the client may still say.
            self._send_end()
            self.end(End(Ending.CLEAN))
        elif self._is_told_to_end:
            self._send_end()
            self._set_timer(LAST_WORDS, self._end_without_last_words)

    def _failure(self, *, is_refused: bool) -> End:
        detail = self._error.decode(errors="replace").strip()
        return End(Ending.REFUSED if is_refused else Ending.RESET_BY_POD, detail)

    def _hold(self, content: Buffer) -> None:
        self._held += content
        if len(self._held) > MOST_HELD:
            self._carrier.send_reset(self)
            self.end(End(Ending.TOO_SLOW, f"more than {MOST_HELD >> 20} MiB were waiting for it"))

    def _end_when_silent(self) -> None:
        now = self._loop.time()
        quiet = now - self._heard_at if self._heard_at is not None else QUIET
        if self.is_paused or not self._carrier.is_reading:
            quiet = 0.0
        if quiet < QUIET:
            self._set_timer(QUIET - quiet, self._end_when_silent)
        else:
            self._send_end()

    def _end_without_last_words(self) -> None:
        self.end(End(Ending.CLEAN))

    def _send_end(self) -> None:
        if not self._has_sent_end:
            self._has_sent_end = True
            self._carrier.send_end(self)

    def _set_timer(self, seconds: float, then: Callable[[], None]) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, then)

    def _finish(self) -> None:
        self._is_over = True
        self._held.clear()
        self._taken.clear()
        if self._timer:
            self._timer.cancel()
        self._carrier.forget(self)
