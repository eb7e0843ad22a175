"""What a program printed and how it ended, without what is never the same twice."""

import contextlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from live.until import until
from support.forwarding import FORWARDS, Forwarding
from support.orders import PATIENCE, asked

KLOG = re.compile(r"^([EWI])\d{4} [\d:.]+ +\d+ (\w+\.go):\d+\] ")


class Outcome(NamedTuple):
    out: tuple[str, ...]
    err: tuple[str, ...]
    code: int


def outcome(
    process: Forwarding, lines: int, *, connects: bool, ends: bool, known: Sequence[int]
) -> Outcome:
    """Until it has told of so many listeners, and then its end; or its end alone.

    A connection `ends` a program that does not survive it. Ports other than the known ones are
    told as R1, R2 and so on.
    """
    if lines:
        process.until_listening(lines=lines)
        if connects:
            _connect(process)
        if not ends:
            process.interrupted()
    process.ended(PATIENCE)
    names = _names(process.out, known)
    out, err = ([_plain(line, names) for line in each] for each in (process.out, process.err))
    assert process.code is not None
    return Outcome(tuple(out), tuple(err), process.code)


def _connect(process: Forwarding) -> None:
    """To the port that was told last."""
    found = [each for line in process.out if (each := FORWARDS.match(line))]
    host = "::1" if found[-1][1] == "[::1]" else "127.0.0.1"
    with contextlib.suppress(ConnectionError):  # where nobody listens behind it
        asked(int(found[-1][2]), host=host)
    until(lambda: process.handled, "the connection to be told of")


def _names(out: Sequence[str], known: Sequence[int]) -> dict[str, str]:
    found = [each[2] for line in out if (each := FORWARDS.match(line))]
    chosen = dict.fromkeys(port for port in found if int(port) not in known)
    return {port: f"R{number}" for number, port in enumerate(chosen, 1)}


def _plain(line: str, names: dict[str, str]) -> str:
    line = KLOG.sub(r"\1 \2] ", line)
    for port, name in names.items():
        line = re.sub(rf"\b{port}\b", name, line)
    return line
