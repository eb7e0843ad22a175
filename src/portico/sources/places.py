"""From a place to a line, reading the file only when somebody asks."""

from pathlib import Path

from portico.model.fault import Place
from portico.sources.locate import line_of


def line_in_file(place: Place, field: str) -> int:
    """The line of a field, from 1; 0 where the file cannot be read (any more)."""
    try:
        text = Path(place.file).read_bytes()
    except (OSError, ValueError):
        return 0
    return line_of(text, place.document, field)
