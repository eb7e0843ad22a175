"""`portico forward list` and `portico forward stop`: what runs in the background."""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final

import click
import msgspec

from portico.cli.output import output_option, print_document, printable
from portico.forward.errors import ForwardError
from portico.forward.records import Record, chosen, running
from portico.lib import clock

PATIENCE: Final = 10.0
"""Seconds for one to end."""

_LOOK_EVERY: Final = 0.02


@click.command("list")
@output_option
def list_command(output: str) -> None:
    """Show the forwards that run in the background."""
    sys.exit(_told(lambda: _list(output)))


@click.command("stop")
@click.argument("names", nargs=-1, metavar="[PID | TYPE/NAME]...")
@click.option("--all", "every", is_flag=True, help="All of them.")
def stop_command(names: Sequence[str], *, every: bool) -> None:
    """End forwards that run in the background; each ends as a whole."""
    if bool(names) == every:
        raise click.UsageError("say which, or --all")
    sys.exit(_told(lambda: _stop(tuple(names))))


def _list(output: str) -> None:
    records = running()
    if output != "text":
        print_document(msgspec.to_builtins(records), output)
        return
    for line in _lines(records):
        click.echo(printable(line))


def _lines(records: Sequence[Record]) -> list[str]:
    rows = [("PID", "AGE", "TARGETS", "LISTENING", "FROM")]
    for each in records:
        local = [f"{one.address}->{one.remote_port}" for one in each.listening]
        local += [f"socks {each.socks}"] if each.socks else []
        age = _age(clock.now() - each.since)
        rows.append((str(each.pid), age, ",".join(each.targets), ",".join(local), each.origin))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _age(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f}{unit}"
    return f"{max(0.0, seconds):.0f}s"


def _stop(names: tuple[str, ...]) -> None:
    records = running()
    for each in {one.pid: one for one in (chosen(records, names) if names else records)}.values():
        _end(each)
        click.echo(printable(f"stopped {each.pid} ({', '.join(each.targets)})"))


def _end(record: Record) -> None:
    deadline = time.monotonic() + PATIENCE
    os.kill(record.pid, signal.SIGTERM)
    while record.is_running:
        if time.monotonic() > deadline:
            raise ForwardError(f"{record.pid} has not ended in {PATIENCE:.0f} s")
        time.sleep(_LOOK_EVERY)


def _told(work: Callable[[], None]) -> int:
    try:
        work()
    except ForwardError as error:
        click.echo(printable(error.line), err=True)
        if error.hint:
            click.echo(printable(f"hint: {error.hint}"), err=True)
        return error.code
    return 0
