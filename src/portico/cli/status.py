"""`portico status`: how a running Portico is."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click

from portico.cli.admin import admin_option, ask
from portico.cli.announced import announcing_lines, speaking_lines
from portico.cli.load_balancing import load_balancing_lines
from portico.cli.output import output_option, paint, print_document, printable

EPILOG = """\b
Examples:
  portico status
  portico status --lb                      # addresses: pools, holders, announcers
  portico status --admin 127.0.0.1:9181 -o json

Exit code: 0 if every engine that can work here is in sync, 1 if not, 3 if no running Portico
answers.
"""

PART: Final = "elements_"
WHOLE: Final = ("elements_sent",)
"""Figures of one kind of element stand in one line; this one is none of a kind."""

LB: Final = ("loadBalancing", "announcing", "speaking")
"""What `--lb` is about."""

MOST_LINES: Final = 20
"""Of nodes, of empty pools and of leases each."""


@click.command(epilog=EPILOG)
@admin_option
@output_option
@click.option("--lb", is_flag=True, help="Load balancer addresses: who has and announces them.")
def command(admin: str, output: str, *, lb: bool) -> None:
    """Show engines and their reports, counts, the health of nodes, and what was refused."""
    found = ask(admin, "/status")
    if output == "text":
        for line in _load_balancer_lines(found) if lb else _lines(found):
            click.echo(line)
    else:
        print_document({key: found[key] for key in LB} if lb else found, output)
    is_well = all(engine["inSync"] or not engine["able"] for engine in found["engines"])
    sys.exit(0 if is_well else 1)


def _load_balancer_lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield from load_balancing_lines(found["loadBalancing"])
    yield from announcing_lines(found["announcing"])
    yield from speaking_lines(found["speaking"])


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    state = "ready" if found["ready"] else paint("not ready", "warning")
    yield f"portico {found['version']}: {state}"
    yield f"facts   {_counts(found['facts'])}"
    yield f"units   {_counts(found['units'])}"
    yield f"steps   {found['stepsRun']}"
    yield from _few("sources", [_source(source) for source in found["sources"]])
    yield from _few("writes", [_writing(writing) for writing in found["writing"]])
    for engine in found["engines"]:
        yield from _engine_lines(engine)
    yield from _layer4_lines(found["layer4"])
    yield f"problems {_counts(found['problemCounts']) or 'none'}"
    for problem in found["problems"]:
        yield paint(printable(_problem(problem)), problem["severity"])


def _engine_lines(engine: Mapping[str, Any]) -> Iterator[str]:
    yield f"engine  {engine['name']}: {_sync(engine)} {printable(engine['detail'])}".rstrip()
    parts = []
    for name, value in engine["figures"].items():
        kind = name.removeprefix(PART)
        if kind != name and name not in WHOLE:
            parts += [f"{kind} {value}"] if value else []
        else:
            yield f"        {name:<22}{value}"
    if parts:
        yield f"        {PART.rstrip('_')}: {', '.join(parts)}"


def _source(source: Mapping[str, Any]) -> str:
    state = "synced" if source["synced"] else "not synced yet"
    if source["trouble"]:
        state += f", in trouble since {source['since']}: {source['trouble']}"
    return f"{source['name']}: {state}"


def _writing(writing: Mapping[str, Any]) -> str:
    """To the cluster, and who else does."""
    if not writing["leads"]:
        return f"nothing, as {writing['leader'] or 'nobody'} leads"
    addresses = ", ".join(writing["addresses"]) or "none"
    told = f"addresses {addresses}, {writing['statusesLeft']} statuses left to write"
    return "; ".join((told, *writing["troubles"]))


def _sync(engine: Mapping[str, Any]) -> str:
    if engine["inSync"]:
        return "in sync"
    return paint("not in sync", "error") if engine["able"] else paint("cannot work here", "warning")


def _layer4_lines(found: Mapping[str, Any]) -> Iterator[str]:
    told = {(check["node"], check["reason"]) for check in found["checks"]}
    left_out = [
        each for each in found["nodesLeftOut"] if (each["node"], each["reason"]) not in told
    ]
    yield from _few("checks", [_check(check) for check in found["checks"]])
    yield from _few("unused", [f"{each['node']}: {each['reason']}" for each in left_out])
    yield from _few("empty", [f"{p['name']}: {p['connectionsAre']}" for p in found["emptyPools"]])
    yield from _few("leased", [_lease(lease) for lease in found["leasedNodePorts"]])


def _few(label: str, told: Sequence[str]) -> Iterator[str]:
    """One line each, with the label before the first; so many that nothing else is pushed away."""
    for number, text in enumerate(told[:MOST_LINES]):
        yield f"{'' if number else label:<8}{printable(text)}"
    if len(told) > MOST_LINES:
        yield f"        and {len(told) - MOST_LINES} more (-o json has all)"


def _check(check: Mapping[str, Any]) -> str:
    failed = ", ".join(f"port {port}: {why}" for port, why in check["failedPorts"].items())
    if check["healthy"]:
        return f"{check['name']}: healthy{f', but {failed}' if failed else ''}"
    return f"{check['name']}: unhealthy, {check['reason']}"


def _lease(lease: Mapping[str, Any]) -> str:
    port = f"{lease['transport']} {lease['nodePort']}"
    return f"{port} for {lease['service']} port {lease['servicePort']}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _problem(problem: Mapping[str, Any]) -> str:
    where = f"{problem['file']}:{problem['line']}: " if problem["file"] else ""
    what = " ".join(part for part in (problem["object"], problem["field"]) if part)
    severity, reason, hint = problem["severity"], problem["reason"], problem["hint"]
    return f"  {where}{severity}: {what}: {reason} ({hint})"
