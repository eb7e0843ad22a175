"""`portico status`: how a running Portico is."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

from portico.cli.admin import admin_option, ask
from portico.cli.output import output_option, paint, print_document, printable

EPILOG = """\b
Examples:
  portico status
  portico status --admin 127.0.0.1:9181 -o json

Exit code: 0 if every engine is in sync, 1 if not, 3 if no running Portico answers.
"""


@click.command(epilog=EPILOG)
@admin_option
@output_option
def command(admin: str, output: str) -> None:
    """Show engines and their reports, counts, refused claims, and reloads so far."""
    found = ask(admin, "/status")
    if output == "text":
        for line in _lines(found):
            click.echo(line)
    else:
        print_document(found, output)
    sys.exit(0 if all(engine["inSync"] for engine in found["engines"]) else 1)


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    state = "ready" if found["ready"] else paint("not ready", "warning")
    yield f"portico {found['version']}: {state}"
    yield f"facts   {_counts(found['facts'])}"
    yield f"units   {_counts(found['units'])}"
    yield f"steps   {found['stepsRun']}"
    for engine in found["engines"]:
        sync = "in sync" if engine["inSync"] else paint("not in sync", "error")
        yield f"engine  {engine['name']}: {sync} {printable(engine['detail'])}".rstrip()
        for name, value in engine["figures"].items():
            yield f"        {name:<22}{value}"
    yield f"problems {_counts(found['problemCounts']) or 'none'}"
    for problem in found["problems"]:
        yield paint(printable(_problem(problem)), problem["severity"])


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _problem(problem: Mapping[str, Any]) -> str:
    where = f"{problem['file']}:{problem['line']}: " if problem["file"] else ""
    what = " ".join(part for part in (problem["object"], problem["field"]) if part)
    severity, reason, hint = problem["severity"], problem["reason"], problem["hint"]
    return f"  {where}{severity}: {what}: {reason} ({hint})"
