"""`portico up`: serve manifests, live."""

import asyncio
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from portico.cli.address import address, host_and_port, network
from portico.cli.announcing import announcing_options, with_announcing
from portico.cli.classes import ingress_class_option, paths_argument, with_classes
from portico.cli.cluster import cluster_options, origins
from portico.cli.layer4 import layer4_options, with_layer4
from portico.cli.publishing import publish_of, publishing_options
from portico.settings import Balance, LogFormat, Room, Settings

EPILOG = """\b
Examples:
  portico up ./manifests --http-port 8080 --https-port 8443
  sudo portico up /etc/portico --workers 4 --access-log stdout
  portico up ./manifests --bind 127.0.0.1 --bind ::1 --ingress-class internal
  portico up ./manifests --only http                     # as an ordinary user
  sudo portico up ./manifests --only l4 --nodeport-addresses 192.0.2.0/24
  sudo portico up ./manifests --via nodeport --load-balancer-address 192.0.2.10
  sudo portico up ./manifests --node-name edge-1 --lb-secret-file /etc/portico/lb-secret
  portico up --cluster --context staging --only http --http-port 8080 --https-port 8443

Layer 4 (cluster IPs, node ports, external and load balancer addresses) needs CAP_NET_ADMIN;
without it Ingresses are served all the same.

SIGINT and SIGTERM end Portico and nginx after --grace seconds at most; with --keep, and after
kill -9, nginx goes on serving, and the next `portico up` adopts it without a reload. What the
kernel forwards at layer 4 goes on in any case, unless --cleanup says otherwise.
"""

PORT = click.IntRange(0, 65535)


@click.command(epilog=EPILOG)
@paths_argument
@cluster_options
@click.option("--http-port", type=PORT, default=80, show_default=True, help="0: no HTTP.")
@click.option("--https-port", type=PORT, default=443, show_default=True, help="0: no HTTPS.")
@click.option(
    "--redirect-port", type=PORT, help="The port redirects to https name. Default: --https-port."
)
@click.option(
    "--bind",
    type=address,
    multiple=True,
    metavar="ADDRESS",
    help="Listen here for HTTP (repeatable). Default: all.",
)
@click.option(
    "--admin",
    default="127.0.0.1:9180",
    show_default=True,
    metavar="HOST:PORT",
    help="Health, metrics, status and explain.",
)
@click.option(
    "--healthz-bind-address",
    metavar="HOST:PORT",
    help="Tell the load balancers in front whether this node takes connections, as kube-proxy does "
    "on 0.0.0.0:10256 (/healthz). Default: nowhere.",
)
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    help="Default: /var/lib/portico for root, else ~/.local/state/portico.",
)
@ingress_class_option
@click.option("--watch/--no-watch", default=True, show_default=True, help="Follow changed files.")
@click.option(
    "--workers", type=click.IntRange(0, 512), default=0, help="nginx workers. Default: one a core."
)
@click.option(
    "--balance",
    type=click.Choice([each.value for each in Balance]),
    default=Balance.ROUND_ROBIN.value,
    show_default=True,
    help="Endpoints in turn, or the quicker of two (peak EWMA).",
)
@click.option(
    "--trusted-proxies",
    type=network,
    multiple=True,
    metavar="CIDR",
    help="Believe X-Forwarded-* (or the PROXY protocol) of these peers (repeatable).",
)
@click.option("--proxy-protocol", is_flag=True, help="Every client speaks the PROXY protocol.")
@click.option(
    "--access-log",
    type=click.Choice(["file", "stdout", "off"]),
    default="file",
    show_default=True,
    help="In the state directory (rotated at 64 MiB), on stdout, or not at all.",
)
@click.option(
    "--log-format",
    type=click.Choice([each.value for each in LogFormat]),
    default=LogFormat.TEXT.value,
    show_default=True,
    help="Of the access log and of Portico's own.",
)
@click.option(
    "--grace",
    type=click.FloatRange(0, 3600),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long running requests may take to finish at the end. WebSockets that are still open "
    "shortly before are told goodbye (1001).",
)
@click.option(
    "--shutdown-grace-period",
    type=click.FloatRange(0, 3600),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to serve on at the end, but not ready, until load balancers in front have "
    "noticed; kept connections are told to go meanwhile. --grace begins after it. A second signal "
    "ends it.",
)
@click.option(
    "--keep", is_flag=True, help="Leave nginx, and who announces addresses, running at the end."
)
@click.option("--cleanup", is_flag=True, help="Take layer 4 out of the kernel at the end.")
@layer4_options
@announcing_options
@publishing_options
def command(paths: Sequence[Path], **options: Any) -> None:  # noqa: ANN401  # click's
    """Serve the Ingresses and Services in files and folders, or in a cluster, live.

    Reads *.yaml, *.yml and *.json, in folders recursively: Service, EndpointSlice, Endpoints,
    Ingress, IngressClass, Secret, ConfigMap, Namespace, Node, MetalLB's and OpenELB's kinds, and
    Lists of them. Saving a file
    changes traffic within milliseconds; a mistake in one object leaves everything else, and the
    last good state of that object, as it was. With --cluster the same kinds are read from an API
    server; what stands in a file, too, is taken from there.
    """
    from portico.cli.logs import start_logging
    from portico.daemon.lifetime import StartError
    from portico.daemon.wiring import Ends, serve

    settings = _settings(options)
    found, tells = origins(paths, options), publish_of(options)
    ends = Ends(options["keep"], options["cleanup"], options["shutdown_grace_period"])
    start_logging(settings.log_format)
    try:
        asyncio.run(serve(found, tells, settings, ends))
    except StartError as error:
        click.echo(f"portico: {error}", err=True)
        sys.exit(1)


def _settings(options: Mapping[str, Any]) -> Settings:
    host, port = host_and_port(options["admin"], "--admin")
    settings = Settings(
        http_port=options["http_port"],
        https_port=options["https_port"],
        bind=options["bind"] or _all_addresses(),
        redirect_port=options["redirect_port"] or options["https_port"] or 443,
        balance=Balance(options["balance"]),
        trusted_proxies=options["trusted_proxies"],
        proxy_protocol=options["proxy_protocol"],
        admin_host=host,
        admin_port=port,
        healthz_bind_address=_healthz(options["healthz_bind_address"]),
        state_dir=options["state_dir"] or default_state_dir(),
        workers=options["workers"],
        access_log=options["access_log"],
        log_format=LogFormat(options["log_format"]),
        watch=options["watch"],
        grace=options["grace"],
    )
    settings = with_announcing(with_layer4(settings, options), options)
    settings = with_classes(settings, options["ingress_classes"])
    if Room.HTTP in settings.rooms:
        _check_http(settings)
    return settings


def _healthz(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    host, port = host_and_port(text, "--healthz-bind-address")
    if not port:
        raise click.BadParameter(
            "the port must be one that others know", param_hint="--healthz-bind-address"
        )
    return address(host), port


def _check_http(settings: Settings) -> None:
    if settings.proxy_protocol and not settings.trusted_proxies:
        raise click.UsageError(
            "--proxy-protocol needs --trusted-proxies: who may speak for clients "
            "(0.0.0.0/0 and ::/0 for everybody)"
        )
    if not settings.http_port and not settings.https_port:
        raise click.UsageError(
            "with --http-port 0 and --https-port 0 there is no HTTP to serve: say --only l4"
        )
    if settings.http_port == settings.https_port:
        raise click.UsageError("--http-port and --https-port must be two different ports")


def default_state_dir() -> Path:
    """Where state is kept unless told."""
    if os.geteuid() == 0:
        return Path("/var/lib/portico")
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "portico"


def _all_addresses() -> tuple[str, ...]:
    """Every address of both families, as far as this machine has them."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return ("0.0.0.0",)  # noqa: S104  # an entry is meant to be reached
    return ("0.0.0.0", "::")  # noqa: S104
