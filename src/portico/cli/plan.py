"""`portico plan`: what manifests compile to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from portico.cli.classes import paths_argument
from portico.cli.cluster import cluster_options, origins
from portico.cli.compiling import compiling_options, compiling_settings
from portico.cli.output import print_document

EPILOG = """\b
Examples:
  portico plan ./manifests
  portico plan ./manifests -o json | jq '.sites[].host'
  portico plan --cluster --only http
"""


@click.command(epilog=EPILOG)
@paths_argument
@cluster_options
@compiling_options
@click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="How to print it.",
)
def command(paths: Sequence[Path], **options: Any) -> None:  # noqa: ANN401  # click's
    """Compile manifests and print the plan: sites, backends, certificates, the addresses and ports
    of Services and where they lead, and what was refused.

    Private keys are never printed.
    """
    from portico.cli.offline import read
    from portico.plan.document import plan_document

    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise click.UsageError(f"no such file or folder: {', '.join(missing)}")
    reading = read(
        origins(paths, options), compiling_settings(options), options["machine_addresses"]
    )
    print_document(plan_document(reading.plan), options["output"])
