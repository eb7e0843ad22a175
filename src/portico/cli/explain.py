"""`portico explain`: what would happen to a request or to a connection."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from portico.cli.admin import admin_option, ask
from portico.cli.cluster import cluster_options, origins
from portico.cli.compiling import compiling_options, compiling_settings
from portico.cli.output import output_option, print_document, printable

EPILOG = """\b
Examples:
  portico explain https://shop.example/cart            # of a running Portico
  portico explain http://shop.example/cart ./manifests # of a folder
  portico explain http://shop.example/cart --cluster   # of a cluster, as it is now
  portico explain http://10.0.0.1/ -H 'Host: shop.example' -o json
  portico explain tcp://192.0.2.1:30080 --from 198.51.100.7
  portico explain 203.0.113.1               # who has the address, and of which pool
  portico explain 'udp://[2001:db8::1]:53' --from 127.0.0.1   # from this machine itself

Exit code: 0 if an endpoint answers, the client is redirected, or a Service has the address; 1 if
not, 2 on wrong usage, 3 if no running Portico, or no cluster, answers.
"""

GOOD = ("proxied", "redirected", "forwarded", "answered here", "held")


@click.command(epilog=EPILOG)
@click.argument("url")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("-X", "--method", default="GET", show_default=True, help="The request's method.")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header.")
@click.option(
    "--from",
    "client",
    default="",
    metavar="CLIENT",
    help="The client's address, for tcp://, udp:// and sctp://. Default: anybody outside.",
)
@cluster_options
@compiling_options
@admin_option
@output_option
def command(url: str, paths: Sequence[Path], **options: Any) -> None:  # noqa: ANN401  # click's
    """Tell which listener, certificate, host, route, backend and endpoints a URL reaches.

    tcp://ADDRESS:PORT, udp:// and sctp:// ask about a connection instead: which Service has the
    address, who may get it by which policy, and which source address the endpoint sees.

    A bare ADDRESS asks which pool it is of, why, and which Services have it.

    Each step names the object and the field it comes from; claims that lost are told with the
    reason. With PATHS or --cluster the answer is compiled from what is there; without, a running
    Portico is asked.
    """
    headers: Sequence[str] = options["headers"]
    found = (
        _compiled(url, paths, options)
        if paths or options["cluster"]
        else ask(
            options["admin"],
            "/explain",
            [
                ("url", url),
                ("method", options["method"]),
                ("from", options["client"]),
                *(("header", h) for h in headers),
            ],
        )
    )
    if options["output"] == "text":
        for line in found["text"]:
            click.echo(printable(line))
    else:
        print_document({k: v for k, v in found.items() if k != "text"}, options["output"])
    sys.exit(0 if found["result"] in GOOD else 1)


def _compiled(url: str, paths: Sequence[Path], options: Mapping[str, Any]) -> Mapping[str, Any]:
    from portico.cli.offline import read
    from portico.explain.question import explanation, parse_question
    from portico.explain.request import RequestError

    try:
        question = parse_question(url, options["method"], options["headers"], options["client"])
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    settings = compiling_settings(options)
    plan = read(origins(paths, options), settings, options["machine_addresses"]).plan
    return explanation(plan, question)
