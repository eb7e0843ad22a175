"""Mappings and lists while they are being read from YAML events."""

from collections.abc import Iterator
from typing import Final

from yaml import Event, ScalarEvent

from portico.lib.shorten import shown
from portico.sources.text.scalars import MERGE, RefusalError, plain_key, tagged

Step = str | int
"""One step down: a key of a mapping, or an index of a list."""

_SHORT: Final = 40


class DuplicateError(RefusalError):
    """One key stands twice in one mapping."""


class Map:
    """A mapping; `key` waits for its value."""

    __slots__ = ("anchor", "key", "merges", "values")

    def __init__(self, anchor: str | None) -> None:
        self.anchor = anchor
        self.values: dict[str, object] = {}
        self.key: str | None = None
        self.merges: tuple[object, ...] = ()

    def take(self, value: object, event: Event | None) -> None:
        """A key, or the value of the key before it."""
        key = self.key
        if key is None:
            self.key = key = key_of(event)
            if key in self.values or (key is MERGE and self.merges):
                reason = f"the key {shown(key, _SHORT)} stands twice"
                raise DuplicateError(reason, "keep one of them")
            return
        if key is MERGE:
            self.merges = (value,)
        else:
            self.values[key] = value
        self.key = None

    def finished(self) -> dict[str, object]:
        """A field that is null is a field that is not set, as for the API server."""
        values = self.values
        if self.merges:
            values = _merged(self.merges[0]) | values
        if None in values.values():
            return {key: value for key, value in values.items() if value is not None}
        return values

    def path(self) -> Iterator[Step]:
        if self.key is not None:
            yield self.key


class List:
    """A list."""

    __slots__ = ("anchor", "values")

    def __init__(self, anchor: str | None) -> None:
        self.anchor = anchor
        self.values: list[object] = []

    def take(self, value: object, event: Event | None) -> None:
        self.values.append(value)

    def finished(self) -> list[object]:
        return self.values

    def path(self) -> Iterator[Step]:
        yield len(self.values)


def key_of(event: Event | None) -> str:
    """Keys are text, and mean what is written."""
    if type(event) is not ScalarEvent:
        raise RefusalError(
            "a key is a mapping, a list or an alias", "keys are text; braces may need quotes"
        )
    if event.tag is not None:
        tagged(event.tag, event.value)
        return event.value
    return plain_key(event.value) if event.implicit[0] else event.value


def _merged(value: object) -> dict[str, object]:
    """What `<<` brings: one mapping, or a list of them of which the first wins."""
    merged: dict[str, object] = {}
    for each in reversed(value) if isinstance(value, list) else (value,):
        if not isinstance(each, dict):
            raise RefusalError("<< takes a mapping", "write an alias of a mapping: <<: *name")
        merged |= each
    return merged
