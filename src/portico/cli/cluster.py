"""Where a command reads from: files, a cluster, or both; every command that compiles has it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from portico.sources.cluster.asked import Asked
    from portico.sources.origins import Origins

F = TypeVar("F", bound=Callable[..., object])

_OPTIONS: Final = (
    click.option("--cluster", is_flag=True, help="Read from the API server of a cluster."),
    click.option(
        "--kubeconfig",
        metavar="FILE",
        help="How to reach the cluster. Default: KUBECONFIG, ~/.kube/config, or the service "
        "account of the pod.",
    ),
    click.option("--context", metavar="NAME", help="The context of the kubeconfig."),
    click.option(
        "-n",
        "--namespace",
        "namespaces",
        multiple=True,
        metavar="NAME",
        help="Read these namespaces of the cluster only (repeatable). Default: all.",
    ),
    click.option(
        "--watch-namespace-selector",
        metavar="LABELS",
        help="Read only namespaces with these labels, as in team=shop,stage!=test. Meant for some "
        "of them: each takes watches of its own.",
    ),
)


class NoAnswerError(click.ClickException):
    """The cluster cannot be read; as where no running Portico answers."""

    exit_code = 3

    def show(self, file: Any = None) -> None:  # noqa: ANN401  # click's
        click.echo(f"portico: {self.message}", err=True)


def cluster_options(command: F) -> F:
    """All of them, in the order of the help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def origins(paths: Sequence[Path], options: Mapping[str, Any]) -> "Origins":
    """What the command line says. Raises click.UsageError where nothing can be read at all."""
    from portico.sources.origins import Origins

    asked = _asked(options)
    if not paths and asked is None:
        raise click.UsageError("say what to read: files or folders, or --cluster")
    return Origins(tuple(paths), asked)


def _asked(options: Mapping[str, Any]) -> "Asked | None":
    if not options["cluster"]:
        for name in ("kubeconfig", "context", "namespaces", "watch_namespace_selector"):
            if options[name]:
                option = f"--{name.removesuffix('s').replace('_', '-')}"
                raise click.UsageError(f"{option} is about a cluster: say --cluster, too")
        return None
    names, selector = options["namespaces"], options["watch_namespace_selector"] or ""
    if names and selector:
        raise click.UsageError("--namespace and --watch-namespace-selector exclude each other")
    from portico.kube.config.choose import access
    from portico.kube.config.errors import ConfigError
    from portico.kube.config.wish import Wish
    from portico.sources.cluster.asked import Asked, Scope

    wish = Wish(kubeconfig=options["kubeconfig"] or "", context=options["context"] or "")
    try:
        return Asked(access(wish), Scope(tuple(dict.fromkeys(names)), selector))
    except ConfigError as error:
        raise click.UsageError(str(error)) from None
