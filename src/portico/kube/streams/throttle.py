"""Whether a connection is to be read, by what the receivers on it take.

A receiver that pauses stops the reading only if all others have paused as well. Else what comes for
it is held, so that the others go on. When too much is held, nothing is read for a moment: whoever
is only slow catches up, whoever has stopped is given up.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from portico.kube.streams.pod_stream import PodStream
from portico.kube.streams.stream import End, Ending

MOST_HELD: Final = 4 << 20
"""Bytes that are held for all receivers together."""

STANDSTILL: Final = 0.5
"""Seconds in which a receiver has to take something when too much is held, or it is given up."""


class Throttle:
    """Of one session with so many streams as `load` says; told `on_change` of `should_read`."""

    def __init__(self, on_change: Callable[[], None], load: Callable[[], int]) -> None:
        self.should_read = True
        self.slow: set[PodStream] = set()
        """Whose receiver has ever paused."""
        self._paused: set[PodStream] = set()
        self._on_change = on_change
        self._load = load
        self._loop = asyncio.get_running_loop()
        self._standstill: asyncio.TimerHandle | None = None

    def note(self, stream: PodStream) -> None:
        """It has paused or goes on, or something else is held for it."""
        if stream.is_paused:
            self._paused.add(stream)
            self.slow.add(stream)
        else:
            self._paused.discard(stream)
        self.judge()

    def forget(self, stream: PodStream) -> None:
        """It is no longer on the session."""
        self._paused.discard(stream)
        self.slow.discard(stream)
        self.judge()

    def judge(self) -> None:
        """Also to be called when there is another stream."""
        should_read = not self._paused or self._judge_paused()
        if should_read != self.should_read:
            self.should_read = should_read
            self._on_change()

    def stop(self) -> None:
        if self._standstill:
            self._standstill.cancel()

    @property
    def _are_all_paused(self) -> bool:
        return len(self._paused) == self._load()

    def _judge_paused(self) -> bool:
        are_all = self._are_all_paused
        is_too_much = sum(stream.held_size for stream in self._paused) > MOST_HELD and not are_all
        if is_too_much and not self._standstill:
            most = max(self._paused, key=lambda stream: stream.held_size)
            self._standstill = self._loop.call_later(
                STANDSTILL, self._judge_standstill, most, most.held_size
            )
        return not (is_too_much or are_all)

    def _judge_standstill(self, stream: PodStream, held_before: int) -> None:
        self._standstill = None
        has_stopped = stream in self._paused and stream.held_size >= held_before
        if has_stopped and not self._are_all_paused:  # the others may have left in the meantime
            held = f"{stream.held_size >> 20} MiB wait for it"
            stream.give_up(End(Ending.TOO_SLOW, f"it has stopped, {held}, and others wait behind"))
        self.judge()
