"""Other people's texts, made fit to be repeated in a message."""

from typing import Final

LIMIT: Final = 200
"""Characters of a text that a message repeats."""


def shortened(text: str, limit: int = LIMIT) -> str:
    """The text, or its beginning and how long it really is."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text)} characters)"


def shown(text: str, limit: int = LIMIT) -> str:
    """Printable and on one line, whatever the text holds: quoted and escaped where needed."""
    beginning = shortened(text, limit)
    return beginning if text and beginning.isprintable() else repr(beginning)
