"""What a forward in the background says, in a file of bounded size."""

import io
import os
import time
from pathlib import Path
from typing import Final

from portico.lib import clock

MOST: Final = 1 << 20
"""Bytes. The older half is dropped when there are more."""


class Log(io.TextIOBase):
    """In place of standard output. Its descriptor may be, too, for what Python itself has to say.

    For this user alone. Raises OSError; where something else has its name as well.
    """

    def __init__(self, path: Path, *, is_stamped: bool = True) -> None:
        super().__init__()
        how = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW
        self.path = path
        self._descriptor = os.open(path, how, 0o600)
        self._is_stamped = is_stamped
        self._is_within_line = False

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        """Each line begins with the time, unless they are for programs. Raises TypeError."""
        if not isinstance(text, str):
            raise TypeError("it takes text")  # which is how click finds out
        content = self._stamped(text) if self._is_stamped else text
        os.write(self._descriptor, content.encode(errors="backslashreplace"))
        if os.fstat(self._descriptor).st_size > MOST:
            self._drop_older()
        return len(text)

    def _stamped(self, text: str) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime(clock.now()))
        lines = text.splitlines(keepends=True)
        first = "" if self._is_within_line else stamp
        self._is_within_line = bool(lines) and not lines[-1].endswith("\n")
        return first + stamp.join(lines) if lines else ""

    def _drop_older(self) -> None:
        size = os.fstat(self._descriptor).st_size
        kept = os.pread(self._descriptor, MOST // 2, size - MOST // 2)
        os.truncate(self._descriptor, 0)
        os.write(self._descriptor, kept[kept.find(b"\n") + 1 :])
