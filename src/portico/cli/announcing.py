"""The options that say how load balancer addresses are announced."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from portico.settings import BgpEngine, Settings

F = TypeVar("F", bound=Callable[..., object])

_OPTIONS: Final = (
    click.option(
        "--lb-interface",
        "lb_interfaces",
        multiple=True,
        metavar="NAME",
        help="Announce by ARP and NDP on these interfaces (repeatable). Default: on every one "
        "that has a carrier, is no part of a bridge or bond, and is not made for containers.",
    ),
    click.option(
        "--lb-secret-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="What the nodes sign their heartbeats with: a random text that all of them have, a "
        "line each where it is being changed. Default: they are not signed.",
    ),
    click.option(
        "--lb-heartbeat-interval",
        type=click.FloatRange(0.02, 10),
        default=0.1,
        show_default=True,
        metavar="SECONDS",
        help="A node that misses three is replaced.",
    ),
    click.option(
        "--lb-heartbeat-port",
        type=click.IntRange(1, 65535),
        default=9181,
        show_default=True,
        help="UDP, multicast on each network. All nodes of one cluster, and no others, share it.",
    ),
    click.option(
        "--bgp-engine",
        type=click.Choice([each.value for each in BgpEngine]),
        default=BgpEngine.EXABGP.value,
        show_default=True,
        help="Who speaks to routers: ExaBGP, which comes with Portico, or BIRD 2 of this machine.",
    ),
    click.option(
        "--lb-refresh",
        type=click.FloatRange(0, 86400),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="How often addresses are announced though nothing has changed; 0: never.",
    ),
)


def announcing_options(command: F) -> F:
    """All of them, in the order of the help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def with_announcing(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """The settings, with what the options say."""
    return replace(
        settings,
        lb_interfaces=options["lb_interfaces"],
        lb_secret_file=options["lb_secret_file"],
        lb_heartbeat_interval=options["lb_heartbeat_interval"],
        lb_heartbeat_port=options["lb_heartbeat_port"],
        lb_refresh=options["lb_refresh"],
        bgp_engine=BgpEngine(options["bgp_engine"]),
    )
