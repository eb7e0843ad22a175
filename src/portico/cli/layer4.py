"""The options that decide what becomes of Services at layer 4; every command that compiles has
them.
"""

import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

import click

from portico.cli.address import address, network, port_range
from portico.settings import Entry, Pick, Room, Settings, Via

F = TypeVar("F", bound=Callable[..., object])

_NODE_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")

_IN_FRONT_OF_NODES: Final = frozenset({Entry.EXTERNAL_IP, Entry.LOAD_BALANCER})
"""Cluster IPs and node ports are the nodes' own business."""

_OPTIONS: Final = (
    click.option(
        "--only",
        "rooms",
        type=click.Choice([each.value for each in Room]),
        multiple=True,
        help="Serve Ingresses (http) or the addresses and ports of Services (l4), or announce the "
        "addresses of load balancers (lb) only.",
    ),
    click.option(
        "--serve",
        "entries",
        type=click.Choice([each.value for each in Entry]),
        multiple=True,
        help="The ways in that Services open (repeatable). Default: all; with --via nodeport "
        "external-ip and load-balancer.",
    ),
    click.option(
        "--via",
        type=click.Choice([each.value for each in Via]),
        default=Via.ENDPOINTS.value,
        show_default=True,
        help="Reach Services at their endpoints, or, as a load balancer in front of a cluster, "
        "at the node ports of its Nodes.",
    ),
    click.option(
        "--node-name",
        metavar="NAME",
        help="The Node that this machine is: its endpoints are the local ones. "
        "Default: the host name.",
    ),
    click.option(
        "--node-port-range",
        type=port_range,
        default="30000-32767",
        show_default=True,
        metavar="FIRST-LAST",
        help="Where node ports lie.",
    ),
    click.option(
        "--nodeport-addresses",
        type=network,
        multiple=True,
        metavar="CIDR",
        help="Node ports answer on this machine's addresses in these networks (repeatable; "
        "0.0.0.0/0 and ::/0 for all). Default: the primary address of each family.",
    ),
    click.option(
        "--load-balancer-address",
        "load_balancer_addresses",
        type=address,
        multiple=True,
        metavar="ADDRESS",
        help="For Services of type LoadBalancer that have no address, where there is no pool "
        "(repeatable). Default: the primary ones.",
    ),
    click.option(
        "--load-balancer-class",
        metavar="CLASS",
        default="",
        help="Give addresses of MetalLB's pools to Services of this loadBalancerClass only. "
        "Default: to those that have none.",
    ),
    click.option(
        "--metallb-namespace",
        metavar="NAMESPACE",
        default="",
        help="Where MetalLB's objects have to be. Default: anywhere.",
    ),
    click.option(
        "--cluster-cidr",
        "cluster_cidrs",
        type=network,
        multiple=True,
        metavar="CIDR",
        help="The networks of pods (repeatable): others that connect to a cluster IP are "
        "masqueraded.",
    ),
    click.option(
        "--pick",
        type=click.Choice([each.value for each in Pick]),
        default=Pick.RANDOM.value,
        show_default=True,
        help="Who gets a connection: anyone, or always the same for one client address.",
    ),
)


def layer4_options(command: F) -> F:
    """All of them, in the order of the help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def with_layer4(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """The settings, with what the options say. Raises click.UsageError for whoever typed it."""
    via = Via(options["via"])
    entries = frozenset(map(Entry, options["entries"]))
    if via is Via.NODE_PORT:
        if odd := entries - _IN_FRONT_OF_NODES:
            names = " and ".join(sorted(odd))
            raise click.UsageError(
                f"--serve {names} is what nodes do; with --via nodeport this machine stands in "
                "front of them: external-ip or load-balancer"
            )
        entries = entries or _IN_FRONT_OF_NODES
    return replace(
        settings,
        rooms=frozenset(map(Room, options["rooms"])) or frozenset(Room),
        entries=entries or frozenset(Entry),
        via=via,
        node_name=_node_name(options["node_name"]),
        node_port_range=options["node_port_range"],
        node_port_addresses=options["nodeport_addresses"],
        load_balancer_addresses=options["load_balancer_addresses"],
        load_balancer_class=options["load_balancer_class"],
        metallb_namespace=options["metallb_namespace"],
        cluster_cidrs=options["cluster_cidrs"],
        pick=Pick(options["pick"]),
    )


def _node_name(asked: str | None) -> str:
    name = (asked or socket.gethostname()).lower()  # as the kubelet does
    if asked and not _NODE_NAME.fullmatch(name):
        raise click.BadParameter(
            f"{asked!r}: a Node's name is a lower-case DNS name", param_hint="--node-name"
        )
    return name
