"""`portico check`: every problem, with file, line and field."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from portico.cli.classes import paths_argument
from portico.cli.cluster import cluster_options, origins
from portico.cli.compiling import compiling_options, compiling_settings
from portico.cli.output import output_option, paint, print_document, printable
from portico.model.fault import Severity

EPILOG = """\b
Examples:
  portico check ./manifests
  portico check ingress.yaml services/ -o json
  portico check ./manifests --quiet && deploy
  portico check ./manifests --via nodeport --machine-address 192.0.2.10
  portico check --cluster --context staging

Exit code: 0 if all is served, 1 if anything is refused, 2 on wrong usage, 3 if the cluster does
not answer.
"""


@click.command(epilog=EPILOG)
@paths_argument
@cluster_options
@compiling_options
@output_option
@click.option("-q", "--quiet", is_flag=True, help="Leave out notes and warnings.")
def command(paths: Sequence[Path], **options: Any) -> None:  # noqa: ANN401  # click's
    """Read manifests, or a cluster, as `portico up` would; tell everything that is wrong there.

    Errors are not served; warnings are served but deserve a look; notes are left alone by design.
    """
    from portico.cli.offline import read

    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise click.UsageError(f"no such file or folder: {', '.join(missing)}")
    found_in = origins(paths, options)
    reading = read(found_in, compiling_settings(options), options["machine_addresses"])
    found = [p for p in reading.problems if not options["quiet"] or p.severity is Severity.ERROR]
    refused = [problem for problem in found if problem.severity is Severity.ERROR]
    if options["output"] == "text":
        for problem in found:
            click.echo(paint(printable(problem.text()), problem.severity))
        counts = ", ".join(f"{n} {kind}" for kind, n in reading.counts.items())
        verdict = f"{len(refused)} refused" if refused else "all served"
        click.echo(f"{counts or 'nothing found'}: {verdict}")
    else:
        document = {
            "ok": not refused,
            "facts": reading.counts,
            "problems": [problem.document() for problem in found],
        }
        print_document(document, options["output"])
    sys.exit(1 if refused else 0)
