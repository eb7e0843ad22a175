"""`portico completion`: the script that makes a shell complete commands and options."""

import click
from click.shell_completion import get_completion_class

EPILOG = """\b
Examples:
  portico completion bash > /etc/bash_completion.d/portico
  source <(portico completion zsh)
  portico completion fish > ~/.config/fish/completions/portico.fish
"""


@click.command(epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for a shell."""
    from portico.cli.main import portico

    made = get_completion_class(shell)
    assert made
    click.echo(made(portico, {}, "portico", "_PORTICO_COMPLETE").source())
