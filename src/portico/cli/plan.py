"""`portico plan`: what manifests compile to."""

from collections.abc import Sequence
from pathlib import Path

import click

from portico.cli.classes import ingress_class_option, paths_argument, with_classes
from portico.cli.output import print_document
from portico.settings import Settings

EPILOG = """\b
Examples:
  portico plan ./manifests
  portico plan ./manifests -o json | jq '.sites[].host'
"""


@click.command(epilog=EPILOG)
@paths_argument
@ingress_class_option
@click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="How to print it.",
)
def command(paths: Sequence[Path], ingress_classes: Sequence[str], output: str) -> None:
    """Compile manifests and print the plan: sites, backends, certificates, and what was refused.

    Private keys are never printed.
    """
    from portico.cli.offline import read
    from portico.plan.document import plan_document

    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise click.UsageError(f"no such file or folder: {', '.join(missing)}")
    reading = read(paths, with_classes(Settings(), ingress_classes))
    print_document(plan_document(reading.plan), output)
