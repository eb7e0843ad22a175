"""`portico forward`: connections from here to pods."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from portico.cli.forward import completion
from portico.cli.forward.options import forward_options
from portico.cli.forward.parsing import ForwardCommand
from portico.cli.output import printable

EPILOG = """\b
Examples:
  portico forward svc/web 8080:80                       # as kubectl port-forward
  portico forward deploy/api 8080:http :9090 --wait     # once a pod is ready; 9090 on any free port
  portico forward svc/web 8080:80 svc/db unix:/tmp/db:5432 -n shop
  portico forward svc/web 8080:80 --balance             # each connection to another ready pod
  portico forward svc/db 5432 -- psql -h 127.0.0.1      # ends with the command, with its exit code
  portico forward svc/web :80 --background              # returns when it is ready
  portico forward list
  portico forward stop svc/web

Exit code: 0 after an interrupt, 1 if something cannot be forwarded, 2 on wrong usage, 3 if no
cluster answers; with a command, the command's.
"""


@click.command(
    cls=ForwardCommand,
    epilog=EPILOG,
    options_metavar="[OPTIONS]",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument(
    "words",
    nargs=-1,
    metavar="[TYPE/NAME [LOCAL:]REMOTE...]... [-- COMMAND...]",
    shell_complete=completion.words,
)
@forward_options
def command(words: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401  # click's
    """Forward local ports to pods, Services and workloads, through the API server.

    Takes all that kubectl port-forward takes, prints the same lines, and survives what ends that:
    when a pod goes, the listener stays, and new connections go to the next ready pod.

    TYPE is pod, svc, deploy, sts, ds, rs, rc or job; a NAME alone is a pod. REMOTE is a number or
    the name of a port, LOCAL a number, nothing for any free one, or unix:/path.
    """
    sys.exit(_run(words, options))


def _run(words: tuple[str, ...], options: Mapping[str, Any]) -> int:
    from portico.cli.forward.run import run
    from portico.cli.forward.streams import replace_closed
    from portico.cli.forward.wanted import wanted
    from portico.forward.errors import ForwardError

    replace_closed()
    is_kubectl = options["compat"] == "kubectl"
    try:
        return run(wanted(words, options))
    except ForwardError as error:
        click.echo(printable(error.line), err=True)
        for line in _hints(error.hint, is_kubectl=is_kubectl):
            click.echo(printable(line), err=True)
        return 1 if is_kubectl else error.code


def _hints(hint: str, *, is_kubectl: bool) -> list[str]:
    """As kubectl: none, but for the one that leads to its help."""
    if hint.startswith("See '"):
        return [hint]
    return [f"hint: {hint}"] if hint and not is_kubectl else []
