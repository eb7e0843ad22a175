"""How a table fits a terminal, however small that is. Text in, text out."""

from collections.abc import Sequence
from typing import Final

Row = tuple[str, ...]
"""Its last column may be cut."""

_GAP: Final = 2
_LEAST_OF_LAST: Final = 10
"""Characters of the last column, for which others are left out: `connected`."""

_LEFT_OUT: Final = ("RATE", "RECEIVED", "SENT", "CONN")
"""The one that is missed least comes first."""


def fitted(rows: Sequence[Row], width: int) -> list[str]:
    """A line for each, the first of which is the head."""
    columns = list(zip(*rows, strict=True))
    for name in _LEFT_OUT:
        if sum(map(_width, columns[:-1])) + _LEAST_OF_LAST <= width:
            break
        columns = [column for column in columns if column[0] != name]
    widths = [_width(column) - _GAP for column in columns]
    lines = (" " * _GAP).join
    return [
        lines(map(str.ljust, row, widths))[:width].rstrip() for row in zip(*columns, strict=True)
    ]


def height(lines: Sequence[str], width: int) -> int:
    """Rows that lines take on a terminal that has become so narrow since they were written."""
    return sum(max(1, -(-len(line) // width)) for line in lines)


def _width(column: Sequence[str]) -> int:
    return max(map(len, column)) + _GAP
