"""How a forward is ended: by a signal, which also reaches it while it is starting."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any, Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending:
    """Of one run. SIGINT is taken also where it was ignored, as for what a script starts."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self.passed_on: Callable[[signal.Signals], None] | None = None
        """Who gets signals in place of us."""

    async def during(self, work: Awaitable[int]) -> int:
        """The code with which the work ends, or that a signal asks for."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task
        # nohup is to be obeyed.
        taken = [each for each in SIGNALS if each is signal.SIGINT or not _is_ignored(each)]
        for number in taken:
            loop.add_signal_handler(number, self._came, number, task)
        try:
            return await work
        except asyncio.CancelledError:
            if self.signal is None:
                raise
            return 0 if self.signal is signal.SIGINT else 128 + self.signal
        finally:
            for number in taken:
                loop.remove_signal_handler(number)

    def _came(self, number: signal.Signals, task: asyncio.Task[Any]) -> None:
        if self.passed_on:
            self.passed_on(number)
        else:
            self.signal = number
            task.cancel()


def _is_ignored(number: signal.Signals) -> bool:
    return signal.getsignal(number) is signal.SIG_IGN


def end_by(number: signal.Signals) -> None:
    """As if it had not been caught, so that a shell can tell."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
