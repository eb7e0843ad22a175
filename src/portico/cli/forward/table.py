"""How forwards are, on a terminal: a table that stays below what is told."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from typing import Final

from portico.cli.forward.jobs import is_behind_others
from portico.cli.forward.layout import fitted, height
from portico.cli.forward.lines import Lines
from portico.cli.output import printable
from portico.forward.one import Forward
from portico.forward.rules import Phase
from portico.forward.told import Ended, Told, Trouble

EVERY: Final = 1.0
"""Seconds between two looks at the bytes."""

SOON: Final = 0.05
"""After an event; a hundred of them in a row are drawn once."""

_HEAD: Final = ("TARGET", "POD", "LOCAL", "CONN", "SENT", "RECEIVED", "RATE", "STATE")
_ERASE: Final = "\r\x1b[{}A\x1b[J"
"""From the left: what is typed is echoed behind the table, as the ^C that ends it."""

_LEAST: Final = 2
"""Rows, however low the terminal is."""


class Table(Lines):
    """Drawn anew when something has changed."""

    def __init__(self) -> None:
        super().__init__()
        self._forwards: Sequence[Forward] = ()
        self._errors: dict[str, str] = {}
        self._drawn: list[str] = []
        self._before: dict[Forward, int] = {}
        self._rates: dict[Forward, float] = {}
        self._timers: list[asyncio.TimerHandle] = []
        self._is_due = False

    def __call__(self, told: Told) -> None:
        match told:
            case Ended(target, error=error) if error:
                self._errors[target] = error
            case Trouble(target, reason):
                self._errors[target] = reason
            case _:
                pass
        super().__call__(told)
        if not self._is_due and self._forwards:
            self._is_due = True
            self._later(SOON, self._draw)

    def handling(self, text: str) -> None:
        """Is counted in the table."""

    def print(self, text: str) -> None:
        self._erase()
        super().print(text)

    def warn(self, text: str) -> None:
        self._erase()
        super().warn(text)

    def started(self, forwards: Sequence[Forward]) -> None:
        self._forwards = forwards
        self._look()

    def ended(self) -> None:
        for timer in self._timers:
            timer.cancel()
        if self._forwards:
            self._draw()
        super().ended()

    def _look(self) -> None:
        for each in self._forwards:
            total = sum(each.forwarder.traffic)
            self._rates[each] = (total - self._before.get(each, 0)) / EVERY
            self._before[each] = total
        self._draw()
        self._later(EVERY, self._look)

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        now = asyncio.get_running_loop().time()
        self._timers = [timer for timer in self._timers if timer.when() > now]
        self._timers.append(asyncio.get_running_loop().call_later(seconds, work))

    def _erase(self) -> None:
        if self._drawn:
            width, most = shutil.get_terminal_size()
            # What has scrolled out cannot be reached any more.
            self._out.say(_ERASE.format(min(height(self._drawn, width), most - 1)))
            self._drawn = []

    def _draw(self) -> None:
        self._is_due = False
        if self._out.is_behind or is_behind_others():
            return  # the last one has not been seen yet, or nobody looks
        width, most = shutil.get_terminal_size()
        shown, left_out = self._shown(most)
        lines = fitted([_HEAD, *map(self._row, shown)], width)
        if left_out:
            lines.append(f"... and {left_out} more"[:width])
        self._erase()
        self._out.say("".join(f"{line}\n" for line in lines))
        self._drawn = lines

    def _shown(self, most: int) -> tuple[Sequence[Forward], int]:
        """As many as the terminal has rows for, and how many more there are.

        One row is for the head, one for the cursor, and one above stays as it is: terminals keep
        what was on a screen that is erased as a whole. A table that is higher would leave a copy
        of itself behind with each drawing.
        """
        if len(self._forwards) <= max(_LEAST, most - 3):
            return self._forwards, 0
        room = max(_LEAST, most - 4)
        first = sorted(self._forwards, key=_is_calm)[:room]
        return [each for each in self._forwards if each in first], len(self._forwards) - room

    def _row(self, forward: Forward) -> tuple[str, ...]:
        title, worker = forward.request.title, forward.forwarder
        sent, received = worker.traffic
        local = [each.address.removeprefix("127.0.0.1:") for each in forward.listening
                 if not each.address.startswith("[::1]")]  # fmt: skip
        state = worker.course.phase.value
        if error := self._errors.get(title):
            state += f"; last error: {error}"
        rate = f"{size(self._rates.get(forward, 0.0))}/s"
        pods = ",".join(worker.course.pods) or "-"
        counts = (str(worker.connections), size(sent), size(received))
        # Names and reasons are other people's words.
        return tuple(map(printable, (title, pods, ",".join(local), *counts, rate, state)))


def _is_calm(forward: Forward) -> bool:
    """Whether others are rather to be seen."""
    return forward.forwarder.course.phase is Phase.CONNECTED


def size(count: float) -> str:
    """Bytes, in three digits."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"
