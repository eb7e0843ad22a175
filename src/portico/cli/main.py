"""`portico`: finds the command and imports that one alone, so that help comes at once."""

import importlib
from collections.abc import Mapping
from typing import Final

import click

from portico import __version__

COMMANDS: Final[Mapping[str, str]] = {
    "up": "Serve a folder of manifests or a cluster, live.",
    "check": "Tell everything that is wrong with manifests.",
    "plan": "Print what manifests compile to.",
    "explain": "Tell what would happen to a request or a connection, and why.",
    "forward": "Forward local ports to pods, and survive what happens to them.",
    "status": "Ask a running Portico how it is.",
    "webhook": "Judge Ingresses and Services before a cluster stores them.",
    "echo": "Run a backend that answers what it was asked.",
    "completion": "Print the completion script for a shell.",
}

EPILOG: Final = """\b
Examples:
  portico up ./manifests --http-port 8080 --https-port 8443
  portico check ./manifests
  portico explain http://shop.example/cart ./manifests
  portico explain tcp://192.0.2.1:30080 --from 198.51.100.7
  portico status
"""


class LazyGroup(click.Group):
    """Imports a command when it is called, not to list it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"portico.cli.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="portico %(version)s")
def portico() -> None:
    """Every way into a Kubernetes cluster, in one program.

    Portico serves Ingresses and Services from manifests or a cluster: change one, and traffic
    follows within milliseconds. Nothing is ever reloaded.
    """


def main() -> None:
    """The console script. Exit codes: 0 good, 1 something is refused or wrong, 2 wrong usage,
    3 no running Portico answers.
    """
    portico(prog_name="portico")
