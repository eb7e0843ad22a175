"""`portico webhook`: says what is wrong with an object before a cluster stores it."""

import asyncio
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from portico.cli.address import host_and_port
from portico.cli.classes import paths_argument
from portico.cli.cluster import cluster_options, origins
from portico.cli.compiling import compiling_options, compiling_settings
from portico.settings import LogFormat

if TYPE_CHECKING:
    from portico.cli.admission import Wish
    from portico.sources.origins import Origins
    from portico.webhook.announcing import Service

EPILOG = """\b
Examples:
  portico webhook --cluster --service portico/portico-webhook --configuration portico-webhook
  portico webhook --cluster --tls-cert /tls/tls.crt --tls-key /tls/tls.key --only http
  portico webhook ./manifests --listen 127.0.0.1:8443 --state-dir ./state

Answers POST /validate (AdmissionReview v1) for Ingresses, IngressClasses and Services as `portico
check` would: errors in the object are denied, warnings are shown to whoever applies it, and what
may still come, such as a missing Service or Secret, is a warning, too. GET /livez and /readyz
answer there as well, and with /metrics on the admin port.

Without --tls-cert the certificates are made and renewed in the state directory; the one to trust
is webhook/ca.crt there.
"""

_LABEL: Final = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_SERVICE: Final = re.compile(f"(?:{_LABEL}/)?{_LABEL}")

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=EPILOG)
@paths_argument
@cluster_options
@click.option(
    "--listen",
    default="0.0.0.0:8443",
    show_default=True,
    metavar="HOST:PORT",
    help="Where API servers ask, with TLS.",
)
@click.option(
    "--admin",
    default="127.0.0.1:9181",
    show_default=True,
    metavar="HOST:PORT",
    help="Health and metrics, without TLS.",
)
@click.option(
    "--service",
    default="portico-webhook",
    show_default=True,
    metavar="[NAMESPACE/]NAME",
    help="The Service by which API servers find the webhook; the certificate is for its names.",
)
@click.option(
    "--configuration",
    default="",
    metavar="NAME",
    help="Write our authority into this ValidatingWebhookConfiguration. Default: nothing is "
    "written.",
)
@click.option("--tls-cert", type=FILE, metavar="FILE", help="Show this certificate instead.")
@click.option("--tls-key", type=FILE, metavar="FILE", help="The key of --tls-cert.")
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    help="Default: /var/lib/portico for root, else ~/.local/state/portico.",
)
@click.option(
    "--drain",
    type=click.FloatRange(0, 3600),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="How long questions are still answered at the end, until nobody asks any more.",
)
@click.option(
    "--log-format",
    type=click.Choice([each.value for each in LogFormat]),
    default=LogFormat.TEXT.value,
    show_default=True,
)
@compiling_options
def command(paths: Sequence[Path], **options: Any) -> None:  # noqa: ANN401  # click's
    """Say what is wrong with an Ingress or a Service before a cluster stores it.

    Follows files and folders, or a cluster, as `portico up` would, and changes nothing there.
    """
    from portico.cli.admission import serve
    from portico.cli.logs import start_logging
    from portico.webhook.doors import DoorError

    found = origins(paths, options)
    wish = _wish(found, options)
    start_logging(LogFormat(options["log_format"]))
    try:
        asyncio.run(serve(found, wish))
    except DoorError as error:
        click.echo(f"portico: {error}", err=True)
        sys.exit(1)


def _wish(found: "Origins", options: Mapping[str, Any]) -> "Wish":
    from portico.cli.admission import Wish
    from portico.cli.up import default_state_dir
    from portico.webhook.shown import Files

    certificate, key = options["tls_cert"], options["tls_key"]
    if bool(certificate) != bool(key):
        raise click.UsageError("--tls-cert and --tls-key belong together")
    if options["configuration"] and (certificate or found.cluster is None):
        raise click.UsageError(
            "--configuration is told our own authority, through the cluster: it needs --cluster, "
            "and no --tls-cert"
        )
    settings = compiling_settings(options)
    return Wish(
        listen=host_and_port(options["listen"], "--listen"),
        admin=host_and_port(options["admin"], "--admin"),
        service=_service(options["service"], found),
        settings=replace(settings, state_dir=options["state_dir"] or default_state_dir()),
        machine_addresses=options["machine_addresses"],
        files=Files(certificate, key) if certificate else None,
        configuration=options["configuration"],
        drain=options["drain"],
    )


def _service(text: str, found: "Origins") -> "Service":
    from portico.webhook.announcing import Service

    if not _SERVICE.fullmatch(text):
        raise click.BadParameter(f"{text!r}: expected NAMESPACE/NAME", param_hint="--service")
    namespace, _, name = text.rpartition("/")
    ours = found.cluster.access.namespace if found.cluster else "default"
    return Service(namespace or ours, name)
