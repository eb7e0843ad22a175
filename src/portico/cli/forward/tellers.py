"""Who tells what a forward does: lines, JSON, or a table on a terminal."""

import sys
from collections.abc import Sequence
from typing import Protocol

from portico.cli.forward.jobs import is_behind_others
from portico.cli.forward.lines import JsonLines, Lines
from portico.cli.forward.wanted import Wanted
from portico.forward.one import Forward
from portico.forward.told import Told


class Teller(Protocol):
    """Called with what happens."""

    def __call__(self, told: Told) -> None: ...

    def warn(self, text: str) -> None:
        """Of what has nothing to do with one target."""

    def started(self, forwards: Sequence[Forward]) -> None:
        """All of them listen."""

    def ended(self) -> None:
        """No more is told."""


def teller(wanted: Wanted) -> Teller:
    """By what was asked for, and whether somebody looks on."""
    # What goes on in the background lets go of its terminal, and of all that is open to it.
    waits = wanted.in_background
    if wanted.is_json:
        return JsonLines(quiet=wanted.is_quiet, waits=waits)
    if wanted.command:
        # What the command prints is the output of all.
        return Lines(quiet=wanted.is_quiet, out=sys.stderr)
    is_watched = sys.stdout.isatty() and sys.stderr.isatty() and not is_behind_others()
    if is_watched and not (wanted.is_quiet or wanted.in_background):
        from portico.cli.forward.table import Table

        return Table()
    return Lines(quiet=wanted.is_quiet, waits=waits)
