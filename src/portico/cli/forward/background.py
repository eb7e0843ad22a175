"""`portico forward --background`: returns when everything is ready, and goes on by itself.

The process that goes on is made by a fork before there is a thread or an event loop. It keeps the
terminal until it is ready, so that it can say what is wrong, and then lets go of it.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from portico.forward.one import Forward
from portico.forward.records import Record, born, keep
from portico.lib import clock

_READY: Final = b"ready"


class Detaching:
    """What connects the process that goes on with the one that was started."""

    def __init__(self, writer: int) -> None:
        self._writer = writer

    @contextmanager
    def kept(self, forwards: Sequence[Forward], origin: str, socks: str = "") -> Iterator[None]:
        """Everything is ready: whoever waits is told, and `portico forward list` shows it."""
        record = Record(
            pid=os.getpid(),
            born=born(os.getpid()),
            since=clock.now(),
            origin=origin,
            targets=(*(each.request.title for each in forwards), *(("socks",) if socks else ())),
            listening=tuple(each for forward in forwards for each in forward.listening),
            socks=socks,
        )
        path = keep(record)
        try:
            self._let_go()
            yield
        finally:
            path.unlink(missing_ok=True)

    def _let_go(self) -> None:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            os.dup2(nothing, stream.fileno())
        os.close(nothing)
        os.write(self._writer, _READY)
        os.close(self._writer)


def in_background(work: Callable[[Detaching], int]) -> int:
    """0 when it is ready, else the code with which it has ended."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.setsid()
        return work(Detaching(writer))
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        if answer.read() == _READY:
            return 0
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
