"""How commands print: text for people, JSON or YAML for programs, colours on a terminal only."""

import json
from collections.abc import Mapping
from typing import Final

import click

SEVERITY_COLOURS: Final[Mapping[str, str]] = {"error": "red", "warning": "yellow", "note": "blue"}

output_option = click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "yaml"]),
    default="text",
    show_default=True,
    help="Text for people, or one document for programs.",
)


def print_document(document: object, form: str) -> None:
    """Print a value as JSON or YAML."""
    if form == "yaml":
        import yaml

        text = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=False)
        click.echo(text, nl=False)
    else:
        click.echo(json.dumps(document, indent=2, ensure_ascii=True))


def paint(text: str, severity: str) -> str:
    """The text in the colour of its severity; click strips it where nobody would see it."""
    return click.style(text, fg=SEVERITY_COLOURS.get(severity))


def printable(text: str) -> str:
    """What a user wrote, safe for a terminal: control characters and lone surrogates escaped."""
    return "".join(
        c if c.isprintable() or c == " " else c.encode("unicode_escape").decode() for c in text
    )
