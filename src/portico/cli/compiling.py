"""The options of every command that compiles manifests without serving them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from portico.cli.address import address
from portico.cli.classes import ingress_class_option, with_classes
from portico.cli.layer4 import layer4_options, with_layer4
from portico.settings import Settings

F = TypeVar("F", bound=Callable[..., object])

_machine_address_option = click.option(
    "--machine-address",
    "machine_addresses",
    type=address,
    multiple=True,
    metavar="ADDRESS",
    help="Compile for a machine with these addresses (repeatable; the first of a family is the "
    "primary one). Default: this machine's.",
)


def compiling_options(command: F) -> F:
    """What `portico up` would be told, as far as the plan depends on it."""
    return ingress_class_option(layer4_options(_machine_address_option(command)))


def compiling_settings(options: Mapping[str, Any]) -> Settings:
    """What the options say. Raises click.UsageError for whoever typed it."""
    return with_classes(with_layer4(Settings(), options), options["ingress_classes"])
