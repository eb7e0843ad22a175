"""Pipes through which the kernel moves bytes from socket to socket, without copying them.

A direction that flows borrows a pipe for a moment; only one that is stuck keeps it. So there are
as many pipes as there are slow readers, and a few more.
"""

import contextlib
import fcntl
import os
from typing import Final, NamedTuple

SIZE: Final = 256 * 1024
"""Bytes. The kernel lets an ordinary user have 64 MiB of pipes; beyond it gives smaller ones."""

MOST_SPARE: Final = 64


class Pipe(NamedTuple):
    """Two descriptors, and whether the pipe is as large as it was to be."""

    reader: int
    writer: int
    is_large: bool


class Pipes:
    """Empty pipes."""

    def __init__(self) -> None:
        self._spare: list[Pipe] = []

    def borrow(self) -> Pipe:
        """Raises OSError where there are no descriptors left."""
        return self._spare.pop() if self._spare else _new()

    def give_back(self, pipe: Pipe) -> None:
        """It has to be empty."""
        if pipe.is_large and len(self._spare) < MOST_SPARE:
            self._spare.append(pipe)
        else:
            self.discard(pipe)

    def discard(self, pipe: Pipe) -> None:
        """Whatever is in it is lost."""
        os.close(pipe.reader)
        os.close(pipe.writer)


def _new() -> Pipe:
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    is_large = False
    with contextlib.suppress(OSError):  # this user has too many
        is_large = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, SIZE) >= SIZE
    return Pipe(reader, writer, is_large)
