"""`portico forward --background`: returns when everything is ready, and goes on by itself.

The process that goes on is made by a fork before there is a thread or an event loop. It keeps the
terminal until it is ready, so that it can say what is wrong, and then lets go of it; what it says
from then on is in a file beside its record.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final

from portico.cli.forward.log import Log
from portico.forward.errors import ForwardError
from portico.forward.one import Forward
from portico.forward.records import Record, born, folder, keep, log_of, remove_old_logs
from portico.lib import clock

_READY: Final = b"ready"

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Detaching:
    """What connects the process that goes on with the one that was started."""

    def __init__(self, writer: int) -> None:
        self._writer = writer

    @contextmanager
    def kept(
        self, forwards: Sequence[Forward], origin: str, socks: str = "", *, is_json: bool = False
    ) -> Iterator[None]:
        """Everything is ready: whoever waits is told, and `portico forward list` shows it.

        The log is left where it ends otherwise than it was asked to.
        """
        pid = os.getpid()
        log = _log(pid, is_json=is_json)
        record = Record(
            pid=pid,
            born=born(pid),
            since=clock.now(),
            origin=origin,
            targets=(*(each.request.title for each in forwards), *(("socks",) if socks else ())),
            listening=tuple(each for forward in forwards for each in forward.listening),
            socks=socks,
            log=str(log.path),
        )
        path = keep(record)
        try:
            self._let_go(log)
            yield
        except asyncio.CancelledError:
            log.path.unlink(missing_ok=True)
            raise
        finally:
            path.unlink(missing_ok=True)

    def _let_go(self, log: Log) -> None:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, sys.stdin.fileno())
        os.close(nothing)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(log.fileno(), stream.fileno())
        sys.stdout = sys.stderr = log
        try:
            os.write(self._writer, _READY)
        except BrokenPipeError:
            raise ForwardError("whoever has started it is gone") from None
        os.close(self._writer)


def in_background(work: Callable[[Detaching], int]) -> int:
    """0 when it is ready, else the code with which it has ended. Raises ForwardError.

    Whoever ends this one while it waits ends the other, too.
    """
    remove_old_logs(folder())
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.setsid()
        return work(Detaching(writer))
    os.close(writer)
    came: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        came.append(number)
        os.kill(pid, signal.SIGTERM)

    for number in _ENDING:
        signal.signal(number, pass_on)
    with os.fdopen(reader, "rb") as answer:
        if answer.read() == _READY and not came:
            return 0
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return 128 + came[0] if came else code


def _log(pid: int, *, is_json: bool) -> Log:
    path = log_of(folder(), pid)
    try:
        return Log(path, is_stamped=not is_json)
    except OSError as error:
        raise ForwardError(f"{path} cannot be written: {error.strerror}") from None
