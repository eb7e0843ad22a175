"""What a forward prints: kubectl's lines on stdout, everything else on stderr; or JSON."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

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


def say(text: str, stream: TextIO) -> None:
    """At once. Nobody may be reading any more, the terminal may be gone, or the disk full: the
    connections are not to suffer from that.
    """
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # Nor is the end of the program, which writes what is left.
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


class JsonLines:
    """One object for each event. Quiet leaves troubles only."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._is_quiet = quiet

    def __call__(self, told: Told) -> None:
        if self._is_quiet and not _is_trouble(told):
            return
        say(f"{json.dumps(document(told))}\n", sys.stdout)

    def warn(self, text: str) -> None:
        say(f"{text}\n", sys.stderr)

    def started(self, forwards: Sequence[Forward]) -> None:
        """Was told already."""

    def ended(self) -> None:
        """Is seen anyway."""


def _is_trouble(told: Told) -> bool:
    return isinstance(told, Trouble | Waiting) or (isinstance(told, Ended) and bool(told.error))


class Lines:
    """For people and scripts. Quiet leaves troubles only."""

    def __init__(self, *, quiet: bool = False, out: TextIO | None = None) -> None:
        self._is_quiet = quiet
        self._out = out
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
            say(f"{text}\n", self._out or sys.stdout)

    def handling(self, text: str) -> None:
        self.print(text)

    def note(self, text: str) -> None:
        if not self._is_quiet:
            self.warn(text)

    def warn(self, text: str) -> None:
        say(f"{printable(text)}\n", sys.stderr)

    def started(self, forwards: Sequence[Forward]) -> None:
        """Was told already."""

    def ended(self) -> None:
        """Is seen anyway."""
