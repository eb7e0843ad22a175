"""What a forward prints: kubectl's lines on stdout, everything else on stderr; or JSON."""

import json
import sys
from collections.abc import Sequence
from typing import TextIO

from portico.cli.forward.outlet import Outlet
from portico.cli.output import printable
from portico.forward.one import Forward
from portico.forward.told import (
    Ended,
    Handling,
    Listening,
    PodChanged,
    Proxying,
    Told,
    Trouble,
    Waiting,
    document,
)


class JsonLines:
    """One object for each event. Quiet leaves troubles only."""

    def __init__(self, *, quiet: bool = False, waits: bool = False) -> None:
        self._is_quiet = quiet
        self._out = Outlet(lambda: sys.stdout, _lost_event, waits=waits)
        self._err = Outlet(lambda: sys.stderr, _lost_line, waits=waits)

    def __call__(self, told: Told) -> None:
        if self._is_quiet and not _is_trouble(told):
            return
        self._out.say(f"{json.dumps(document(told))}\n")

    def warn(self, text: str) -> None:
        self._err.say(f"{text}\n")

    def started(self, forwards: Sequence[Forward]) -> None:
        """Was told already."""

    def ended(self) -> None:
        self._out.finish()
        self._err.finish()


def _lost_line(count: int) -> str:
    return f"{count} lines were not read in time, and are lost\n"


def _lost_event(count: int) -> str:
    return f"{json.dumps(document(Trouble('', f'{count} events were not read in time')))}\n"


def _is_trouble(told: Told) -> bool:
    return isinstance(told, Trouble | Waiting) or (isinstance(told, Ended) and bool(told.error))


class Lines:
    """For people and scripts. Quiet leaves troubles only."""

    def __init__(
        self, *, quiet: bool = False, out: TextIO | None = None, waits: bool = False
    ) -> None:
        self._is_quiet = quiet
        self._out = Outlet(lambda: out or sys.stdout, _lost_line, waits=waits)
        self._err = Outlet(lambda: sys.stderr, _lost_line, waits=waits)
        self._waiting: set[str] = set()

    def __call__(self, told: Told) -> None:
        match told:
            case Listening(_, address, _, remote):
                self.print(f"Forwarding from {address} -> {remote}")
            case Proxying(address):
                self.print(f"SOCKS5 proxy on {address}")
            case Handling(_, _, port, address):
                self.handling(f"Handling connection for {port or address}")
            case Ended(_, _, port, remote, _, _, error) if error:
                self.warn(f"an error occurred forwarding {port} -> {remote or '?'}: {error}")
            case Trouble(target, reason, hint):
                self.warn(f"{target}: {reason}" + (f"; {hint}" if hint else ""))
            case Waiting(target, reason):
                self._waiting.add(target)
                self.warn(f"{target}: {reason}; new connections wait for a ready pod")
            case PodChanged(target, pods, before) if before or target in self._waiting:
                self._waiting.discard(target)
                self.note(f"{target}: new connections go to {', '.join(pods)}")
            case _:
                pass

    def print(self, text: str) -> None:
        if not self._is_quiet:
            self._out.say(f"{text}\n")

    def handling(self, text: str) -> None:
        self.print(text)

    def note(self, text: str) -> None:
        if not self._is_quiet:
            self.warn(text)

    def warn(self, text: str) -> None:
        self._err.say(f"{printable(text)}\n")

    def started(self, forwards: Sequence[Forward]) -> None:
        """Was told already."""

    def ended(self) -> None:
        self._out.finish()
        self._err.finish()
