"""The options that say what a cluster is told: addresses of Ingresses, and by which replica."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import click

from portico.kube.api.told import Key
from portico.status.publish import ELECTION, Address, Addresses, Publish, address_of

F = TypeVar("F", bound=Callable[..., object])

_NAME: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}\Z){_NAME}(\.{_NAME})*")


def service(_context: click.Context, _option: click.Parameter, text: str | None) -> Key | None:
    """NAMESPACE/NAME."""
    if not text:
        return None
    namespace, _, name = text.partition("/")
    if not (_HOST.fullmatch(namespace) and _HOST.fullmatch(name)):
        raise click.BadParameter(f"{text!r}: expected NAMESPACE/NAME of a Service")
    return Key(namespace, name)


def addresses(_context: click.Context, _option: click.Parameter, text: str | None) -> Addresses:
    """Of several, separated by commas."""
    return tuple(_address(part.strip()) for part in text.split(",")) if text else ()


def election(_context: click.Context, _option: click.Parameter, text: str) -> str:
    """The name of an object."""
    if not _HOST.fullmatch(text):
        raise click.BadParameter(f"{text!r}: a Lease's name is a lower-case DNS name")
    return text


def _address(text: str) -> Address:
    found = address_of(text)
    if (found.hostname and not _HOST.fullmatch(found.hostname)) or not text:
        raise click.BadParameter(f"{text!r} is neither an IP address nor a lower-case DNS name")
    return found


_OPTIONS: Final = (
    click.option(
        "--publish-service",
        callback=service,
        metavar="NAMESPACE/NAME",
        help="The Service in front of Portico: Ingresses show its addresses.",
    ),
    click.option(
        "--publish-status-address",
        callback=addresses,
        metavar="ADDRESS[,...]",
        help="The IP addresses or host names that Ingresses show. Default, without "
        "--publish-service: the nodes on which pods of this deployment are ready.",
    ),
    click.option(
        "--report-node-internal-ip-address",
        is_flag=True,
        help="Of nodes, show the internal address, even where there is an external one.",
    ),
    click.option(
        "--update-status/--no-update-status",
        default=True,
        show_default=True,
        help="Write addresses into the status of Ingresses.",
    ),
    click.option(
        "--update-status-on-shutdown/--no-update-status-on-shutdown",
        default=True,
        show_default=True,
        help="When the last replica stops, take its address back.",
    ),
    click.option(
        "--election-id",
        callback=election,
        default=ELECTION,
        show_default=True,
        metavar="NAME",
        help="The Lease whose holder alone writes statuses and events.",
    ),
)


def publishing_options(command: F) -> F:
    """All of them, in the order of the help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def publish_of(options: Mapping[str, Any]) -> Publish:
    """What the options say. Raises click.UsageError for whoever typed it."""
    if options["publish_service"] and options["publish_status_address"]:
        raise click.UsageError(
            "--publish-service and --publish-status-address exclude each other: one names the"
            " addresses, the other where they are from"
        )
    return Publish(
        is_on=options["update_status"],
        addresses=options["publish_status_address"],
        service=options["publish_service"],
        by_internal_ip=options["report_node_internal_ip_address"],
        clears_on_exit=options["update_status_on_shutdown"],
        election=options["election_id"],
    )
