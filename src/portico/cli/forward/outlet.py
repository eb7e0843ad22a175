"""Tells people and programs what happens, and does not wait for them.

Whoever presses ^S, or does not read a pipe, would stop everything that is forwarded: the event loop
would wait in a write. So what they do not take is kept for them, up to a limit, and then dropped.
"""

import asyncio
import os
import select
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

MOST: Final = 1 << 20
"""Bytes that are kept."""

AGAIN: Final = 0.1
"""Seconds until it is tried again."""

LAST: Final = 0.5
"""Seconds for somebody to take something at the end."""


class Outlet:
    """For one stream, which is looked up each time; `lost` is said of so many texts dropped."""

    def __init__(
        self, stream: Callable[[], TextIO], lost: Callable[[int], str], *, waits: bool = False
    ) -> None:
        self._stream, self._lost = stream, lost
        self._dropped = 0
        self._kept = bytearray()
        self._number = -1 if waits else _opened(stream())
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_behind(self) -> bool:
        """Whether something waits to be read."""
        return bool(self._kept)

    def say(self, text: str) -> None:
        """At once, if there is room. Nobody may be reading any more, the terminal may be gone, or
        the disk full: the connections are not to suffer from that.
        """
        stream = self._stream()
        if self._number < 0:
            _say(text, stream)
        elif len(self._kept) > MOST:
            self._dropped += 1
        else:
            self._kept += text.encode(stream.encoding, stream.errors or "strict")
            self._push()

    def finish(self) -> None:
        """Before the end: whoever takes something within a moment gets all."""
        while self._kept and select.select([], [self._number], [], LAST)[1]:
            self._push()
        if self._timer:
            self._timer.cancel()

    def _push(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        try:
            while self._kept:
                del self._kept[: os.write(self._number, self._kept)]
                if self._dropped and not self._kept:
                    self._kept += self._lost(self._dropped).encode()
                    self._dropped = 0
        except BlockingIOError:
            with suppress(RuntimeError):  # the loop has ended, and who is told with it
                self._timer = asyncio.get_running_loop().call_later(AGAIN, self._push)
        except OSError:
            self._kept.clear()


def _opened(stream: TextIO) -> int:
    """The same pipe or terminal once more, as one that does not wait: to change the stream itself
    would change it for all who have it. -1 for what does not make anybody wait.
    """
    try:
        number = stream.fileno()
        if stat.S_ISFIFO(os.fstat(number).st_mode) or os.isatty(number):
            how = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY
            return os.open(f"/proc/self/fd/{number}", how)
    except OSError:
        pass  # nobody reads the pipe, or it is somebody else's
    return -1


def _say(text: str, stream: TextIO) -> None:
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # Nor is the end of the program to fail, which writes what is left.
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
