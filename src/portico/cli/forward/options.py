"""The options of `portico forward`: kubectl's own, kubectl's global ones, and ours."""

from collections.abc import Callable
from typing import Final, TypeVar

import click

from portico.cli.forward import completion

F = TypeVar("F", bound=Callable[..., object])


def _text(name: str, text: str, **more: object) -> Callable[[F], F]:
    return click.option(name, default="", help=text, **more)  # type: ignore[arg-type]


_KUBECTL: Final = (
    click.option(
        "--address",
        "addresses",
        multiple=True,
        metavar="ADDRESS",
        help="Listen on these (comma list, repeatable). Default: localhost, which is 127.0.0.1 and "
        "::1.",
    ),
    click.option(
        "--pod-running-timeout",
        default="1m0s",
        metavar="DURATION",
        show_default=True,
        help="Wait so long at the start for a pod that runs.",
    ),
    click.option(
        "-n",
        "--namespace",
        default="",
        metavar="NAME",
        help="The target's namespace.",
        shell_complete=completion.namespaces,
    ),
    click.option("--kubeconfig", default="", metavar="FILE", help="How to reach the cluster."),
    click.option(
        "--context",
        default="",
        metavar="NAME",
        help="The context of the kubeconfig.",
        shell_complete=completion.contexts,
    ),
)

_OURS: Final = (
    click.option(
        "-l", "--selector", default="", metavar="LABELS",
        help="Pods with these labels, in place of a target: -l app=web 8080:80.",
    ),
    click.option(
        "-f",
        "--filename",
        default="",
        metavar="FILE",
        type=click.Path(),
        help="Targets from a YAML file, see docs/forward.md.",
    ),
    click.option("--all-ports", is_flag=True, help="All ports that the target declares."),
    click.option(
        "--from",
        "folder",
        default="",
        metavar="PATH",
        type=click.Path(),
        help="Services of a folder in place of a cluster; endpoints are dialled directly.",
    ),
    click.option(
        "--wait", "only_ready", is_flag=True,
        help="Only pods that are ready, also at the start.",
    ),
    click.option(
        "--connect-timeout", default="10s", metavar="DURATION", show_default=True,
        help="How long a new connection waits for a pod while there is none.",
    ),
    click.option(
        "--balance", type=click.Choice(["least-connections", "round-robin"]), metavar="[=HOW]",
        help="Each new connection to another ready pod; HOW is least-connections (the default) or "
        "round-robin.",
    ),
    click.option(
        "--pods", type=click.IntRange(min=1), metavar="N",
        help="Spread over at most N pods. Default: 1; with --balance all.",
    ),
    click.option(
        "--on-conflict", type=click.Choice(["fail", "next", "random"]), default="fail",
        show_default=True, help="What to do if a local port is taken.",
    ),
    click.option(
        "--ignore-busy", is_flag=True, help="Go on without the local ports that are taken.",
    ),
    click.option(
        "--socks", default="", metavar="[ADDRESS:]PORT",
        help="A SOCKS5 proxy that reaches every Service and pod by its cluster name.",
    ),
    click.option(
        "--transport", type=click.Choice(["websocket", "spdy", "channels"]),
        help="How connections travel. Default: the first of these that the API server speaks.",
    ),
    click.option(
        "--half-close", type=click.Choice(["defer", "forward"]),
        help="When a pod is told that a client has ended its direction: once it has been silent "
        "for a second (the default), or at once, after which many runtimes cut its answer.",
    ),
    click.option(
        "-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True,
        help="Lines, or one JSON object for each event.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors."),
    click.option(
        "--background", is_flag=True,
        help="Return when everything is ready, and go on; see `portico forward list`.",
    ),
    click.option(
        "--compat", type=click.Choice(["kubectl"]),
        help="Behave as kubectl to the letter: end when the pod is lost.",
    ),
)  # fmt: skip

_GLOBAL: Final = (
    _text("--cluster", "The cluster of the kubeconfig.", metavar="NAME"),
    _text("--user", "The user of the kubeconfig.", metavar="NAME"),
    click.option("-s", "--server", default="", metavar="URL", help="The API server."),
    _text("--token", "A bearer token.", metavar="TOKEN"),
    click.option("--as", "as_user", default="", metavar="USER", help="Impersonate this user,"),
    click.option("--as-group", "as_groups", multiple=True, metavar="GROUP", help="these groups,"),
    click.option("--as-uid", "as_uid", default="", metavar="UID", help="and this UID."),
    _text("--certificate-authority", "Whom to trust.", metavar="FILE"),
    _text("--client-certificate", "Who we are.", metavar="FILE"),
    _text("--client-key", "And its key.", metavar="FILE"),
    _text("--tls-server-name", "The name in the server's certificate.", metavar="NAME"),
    click.option("--insecure-skip-tls-verify", is_flag=True, help="Trust any certificate."),
    click.option("--disable-compression", is_flag=True, help="Ask for plain answers."),
    click.option(
        "--request-timeout", default="0", metavar="DURATION", help="Of the first question; 0: none."
    ),
    # kubectl's, without a meaning here: scripts may say them.
    click.option("--cache-dir", hidden=True, expose_value=False),
    click.option("-v", "--v", hidden=True, expose_value=False),
    click.option("--warnings-as-errors", is_flag=True, hidden=True, expose_value=False),
    click.option("--match-server-version", is_flag=True, hidden=True, expose_value=False),
)


def forward_options(command: F) -> F:
    """All of them, in the order of the help."""
    for option in reversed((*_KUBECTL, *_OURS, *_GLOBAL)):
        command = option(command)
    return command
