"""Whether the other end of a connection is still there: asked now and then, as nobody tells."""

import asyncio
from collections.abc import Callable
from typing import Final

from portico.lib.clock import since_boot

EVERY: Final = 10.0
"""Seconds between pings; load balancers cut what is silent for a minute."""

PATIENCE: Final = 20.0
"""Seconds without a byte after a ping, until the peer is held to be gone."""

AFTER_SLEEP: Final = 3.0
"""The same where this machine was asleep, and the connection may have been cut meanwhile."""

AT_ONCE: Final = 5.0
"""The same for what is answered at once, where nothing is on the connection that an answer could
wait behind. So a network that has changed since costs a new connection no more than that."""

NAP: Final = 5.0
"""Seconds of sleep that are none."""


class Heartbeat:
    """`ask` is to send a ping; `lose` is called once, with the reason."""

    def __init__(self, ask: Callable[[], None], lose: Callable[[str], None]) -> None:
        self._ask = ask
        self._lose = lose
        self._loop = asyncio.get_running_loop()
        self._is_deaf = False
        self._asked_at: float | None = None
        self._patience = PATIENCE
        self._asleep = self._sleep()
        self._ping_at = self._loop.time() + EVERY
        self._timer = self._loop.call_at(self._ping_at, self._beat)

    def heard(self) -> None:
        """Anything."""
        self._asked_at = None

    def expect(self) -> None:
        """Something was said that is answered at once."""
        if self._is_deaf:
            return
        if self._asked_at is None:
            self._asked_at = self._loop.time()
        self._patience = AT_ONCE
        self._rest()

    def deafen(self, *, is_deaf: bool) -> None:
        """Nothing is read for now, so silence says nothing."""
        self._is_deaf = is_deaf
        self._asked_at = None

    def stop(self) -> None:
        self._timer.cancel()

    def _beat(self) -> None:
        now = self._loop.time()
        if self._asked_at is not None and now - self._asked_at >= self._patience - 0.5:
            self._lose(f"no answer for {now - self._asked_at:.0f} s")
            return
        if now >= self._ping_at:
            self._ping(now)
        self._rest()

    def _ping(self, now: float) -> None:
        was_asleep, self._asleep = self._sleep() - self._asleep > NAP, self._sleep()
        self._ask()
        if was_asleep or self._asked_at is None:
            self._asked_at = None if self._is_deaf else now
            self._patience = AFTER_SLEEP if was_asleep else PATIENCE
        self._ping_at = now + min(EVERY, self._patience)

    def _rest(self) -> None:
        """Until there is something to do."""
        self._timer.cancel()
        due = self._ping_at
        if self._asked_at is not None:
            due = min(due, self._asked_at + self._patience)
        self._timer = self._loop.call_at(due, self._beat)

    def _sleep(self) -> float:
        """Seconds that this machine has slept since it started."""
        return since_boot() - self._loop.time()
