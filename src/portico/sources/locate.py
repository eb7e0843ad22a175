"""From an object and a field of it to a line of the text."""

from portico.sources.text.fields import steps_of
from portico.sources.text.outline import Outline


def line_of(text: bytes, document: int, field: str) -> int:
    """The line, from 1, of a field such as `spec.rules[0].host`, or of the nearest around it.

    0 where there is no such object. Never raises.
    """
    return line_in(Outline(text), document, field)


def line_in(outline: Outline, document: int, field: str) -> int:
    """As `line_of`, for whoever asks more than once."""
    if not 0 <= document < len(outline.objects):
        return 0
    return outline.line(outline.objects[document], steps_of(field))
