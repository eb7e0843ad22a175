"""How commands talk to a running Portico."""

import http.client
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

import click

from portico.cli.address import host_and_port
from portico.cli.output import printable

NOT_RUNNING: Final = 3
"""Exit code where no running Portico answers."""

TIMEOUT: Final = 30.0

admin_option = click.option(
    "--admin",
    metavar="HOST:PORT",
    default="127.0.0.1:9180",
    show_default=True,
    envvar="PORTICO_ADMIN",
    help="Where the running Portico answers questions.",
)


def ask(admin: str, path: str, query: Sequence[tuple[str, str]] = ()) -> Mapping[str, Any]:
    """One answer of a running Portico; ends the command where there is none.

    Raises click.UsageError where the question is none.
    """
    host, port = host_and_port(admin, "--admin")
    target = f"{path}?{urlencode(query)}" if query else path
    try:
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        connection.request("GET", target)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        _give_up(f"no Portico answers at {admin} ({error}); is `portico up` running? see --admin")
    told = printable(body.decode(errors="replace").strip())
    if answer.status == http.HTTPStatus.BAD_REQUEST:
        raise click.UsageError(told)
    if answer.status != http.HTTPStatus.OK:
        _give_up(f"{admin} answered {answer.status}: {told}")
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        _give_up(f"what answers at {admin} is no Portico; see --admin")
    return found


def _give_up(reason: str) -> NoReturn:
    click.echo(f"portico: {reason}", err=True)
    sys.exit(NOT_RUNNING)
