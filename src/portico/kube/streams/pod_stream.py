"""One connection to a port, as two streams of a SPDY session: the bytes, and what went wrong.

The pod's side (kubelet) ends the stream of errors, with a text in it or without, and then that of
bytes. Since 1.32 it resets both, without a text, if that is what the application did.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Final, Protocol

from portico.kube.streams.spdy import ResetStatus
from portico.kube.streams.stream import Buffer, End, Ending, Receiver

QUIET: Final = 1.0
"""Seconds without a byte from the pod until it is told that the client has ended its direction."""

SHORTEST: Final = 0.02
"""Seconds between two looks at whether the pod is silent."""

VERDICT: Final = 0.5
"""Seconds after the pod's bytes for what was wrong with them. containerd and CRI-O end the bytes
before they say it; a client that is told of the end too early takes half an answer for a whole one.
"""

LAST_WORDS: Final = 5.0
"""Seconds for the pod's side to say how it went, once both directions are over."""

GONE: Final = ("failed to find sandbox", "network namespace for sandbox", "is not running")
"""What runtimes say, with the word "sandbox", when there is no such pod on the node any more."""

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

    @property
    def is_reading(self) -> bool:
        """Else silence does not mean that the pod is silent."""

    def send_data(self, stream: "PodStream", data: Buffer) -> None: ...
    def send_end(self, stream: "PodStream") -> None: ...
    def send_reset(self, stream: "PodStream") -> None: ...

    def regulate(self, stream: "PodStream") -> None:
        """Its receiver has paused or goes on, or something else is held for it."""

    def note_end(self, stream: "PodStream") -> None:
        """Its client has ended its direction."""

    def note_gone(self, detail: str) -> None:
        """The node has no such pod."""

    def forget(self, stream: "PodStream") -> None:
        """The session has no more to do with it."""


class PodStream:
    """A `Stream`; made by a session."""

    def __init__(self, carrier: Carrier, receiver: Receiver, numbers: tuple[int, int]) -> None:
        self.error_number, self.number = numbers
        self.receiver = receiver
        self.is_paused = False
        self.held_size = 0
        """Bytes that came while it was paused."""
        self.is_told_to_end = False
        """The client has ended its direction."""
        self._carrier = carrier
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._taken: list[Buffer] = []
        self._held: deque[bytes] = deque()
        self._error = bytearray()
        self._heard_at: float | None = None
        self._has_sent_end = False
        self._pod_has_ended = False
        self._has_told_eof = False
        self._has_error_ended = False
        self._awaits_verdict = self._is_verdict_late = False
        self._is_detached = False
        self._end: End | None = None

    def write(self, data: Buffer) -> None:
        if not (self._is_detached or self.is_told_to_end or self._has_sent_end):
            self._carrier.send_data(self, data)

    def write_eof(self) -> None:
        if self._is_detached or self.is_told_to_end:
            return
        self.is_told_to_end = True
        self._carrier.note_end(self)
        if self._carrier.half_close is HalfClose.FORWARD or self._pod_has_ended:
            self._send_end()
            self._judge()
        else:
            self._set_timer(QUIET, self._end_when_silent)

    def reset(self) -> None:
        if not self._is_detached:
            self._carrier.send_reset(self)
        self._end = None
        self._drop_held()
        self._detach()

    def pause_reading(self) -> None:
        if not (self.is_paused or self._is_detached):
            self.is_paused = True
            self._carrier.regulate(self)

    def resume_reading(self) -> None:
        if not self.is_paused:
            return
        self.is_paused = False
        while self._held and not self.is_paused:
            content = self._held.popleft()
            self.held_size -= len(content)
            self.receiver.data_received(content)
        if not self._is_detached:
            self._carrier.regulate(self)
        self._judge()

    def take(self, content: memoryview, *, ends: bool) -> None:
        """Bytes from the pod, for the `flush` that follows."""
        if content:
            self._taken.append(content)
        self._pod_has_ended = self._pod_has_ended or ends

    def flush(self) -> None:
        """What was taken goes to the receiver in one piece, as each costs a call of the kernel."""
        if self._is_detached:
            return
        if self._taken:
            taken, self._taken = self._taken, []
            self._heard_at = self._loop.time()
            content = taken[0] if len(taken) == 1 else b"".join(taken)
            if self.is_paused or self._held:
                self._held.append(bytes(content))
                self.held_size += len(content)
                self._carrier.regulate(self)
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
        """Tell the receiver, once it has what is held for it."""
        if self._is_detached:
            return
        if self._held and self._pod_has_ended and self._has_error_ended and not self._error:
            end = End(Ending.CLEAN)  # everything has come
        self._end = end
        self._detach()
        self._judge()

    def give_up(self, end: End) -> None:
        """What is held is dropped."""
        self._carrier.send_reset(self)
        self._drop_held()
        self.end(end)

    def _judge(self) -> None:
        """Whether it is over, and how it went."""
        if self._held:
            return
        if self._end:
            self._tell_end(self._end)
        elif self._is_detached:
            return
        elif self._error and self._has_error_ended:
            self._fail()
        elif self._error and self._pod_has_ended:
            self._set_timer(LAST_WORDS, self._fail)  # the rest of what was wrong, or its end
        elif self._pod_has_ended:
            self._pod_is_silent_for_good()

    def _fail(self) -> None:
        self._carrier.send_reset(self)
        self.end(self._failure(is_refused=self._heard_at is None))

    def _pod_is_silent_for_good(self) -> None:
        if not (self._has_error_ended or self._is_verdict_late):
            if not self._awaits_verdict:
                self._awaits_verdict = True
                self._set_timer(VERDICT, self._no_verdict)
            return
        self._tell_eof()
        if self._has_error_ended:
            # The pod's side has left: nobody would read what the client may still say.
            self._send_end()
            self.end(End(Ending.CLEAN))
        elif self.is_told_to_end:
            self._send_end()
            self._set_timer(LAST_WORDS, self._end_without_last_words)

    def _no_verdict(self) -> None:
        self._is_verdict_late = True
        self._judge()

    def _tell_eof(self) -> None:
        if not self._has_told_eof:
            self._has_told_eof = True
            self.receiver.eof_received()

    def _tell_end(self, end: End) -> None:
        self._end = None
        if end.ending is Ending.CLEAN:
            self._tell_eof()
        self.receiver.stream_ended(end)

    def _failure(self, *, is_refused: bool) -> End:
        detail = self._error.decode(errors="replace").strip()
        if "sandbox" in detail and any(words in detail for words in GONE):
            self._carrier.note_gone(detail)
            return End(Ending.LOST, detail)
        return End(Ending.REFUSED if is_refused else Ending.RESET_BY_POD, detail)

    def _end_when_silent(self) -> None:
        now = self._loop.time()
        quiet = now - self._heard_at if self._heard_at is not None else QUIET
        if self.is_paused or not self._carrier.is_reading:
            quiet = 0.0
        if quiet < QUIET:
            self._set_timer(max(QUIET - quiet, SHORTEST), self._end_when_silent)
        else:
            self._send_end()

    def _end_without_last_words(self) -> None:
        self.end(End(Ending.CLEAN))

    def _send_end(self) -> None:
        if not (self._has_sent_end or self._is_detached):
            self._has_sent_end = True
            self._carrier.send_end(self)

    def _set_timer(self, seconds: float, then: Callable[[], None]) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, then)

    def _drop_held(self) -> None:
        self._held.clear()
        self._taken.clear()
        self.held_size = 0

    def _detach(self) -> None:
        if self._timer:
            self._timer.cancel()
        if not self._is_detached:
            self._is_detached = True
            self._carrier.forget(self)
