"""The option that says which Ingresses are ours; every command that compiles has it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from portico.settings import Settings

ingress_class_option = click.option(
    "--ingress-class",
    "ingress_classes",
    metavar="NAME",
    multiple=True,
    help="Serve only Ingresses of this class (repeatable). Default: every class whose controller "
    "is portico.dev/ingress or k8s.io/ingress-nginx, and the names portico and nginx.",
)

paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


def with_classes(settings: Settings, names: Sequence[str]) -> Settings:
    """The settings, narrowed to these classes if there are any."""
    if not names:
        return settings
    return replace(settings, ingress_classes=tuple(names), serves_every_class=False)
