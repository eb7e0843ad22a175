"""From a place to a line, reading the file only when somebody asks."""

from functools import lru_cache

from portico.model.fault import Place
from portico.sources.folder.files import Content, Stamp, read_file, stamp_at
from portico.sources.locate import line_in
from portico.sources.text.outline import Outline


def line_in_file(place: Place, field: str) -> int:
    """The line of a field, from 1; 0 where the file cannot be read (any more)."""
    stamp = stamp_at(place.file)
    if stamp is None:
        return 0
    return line_in(_outline(place.file, stamp), place.document, field)


# One is kept, because whoever asks for one line of a file mostly asks for more of them.
@lru_cache(1)
def _outline(file: str, stamp: Stamp) -> Outline:
    content = read_file(file)
    return Outline(content.text if isinstance(content, Content) else b"")
