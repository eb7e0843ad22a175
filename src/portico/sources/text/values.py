"""YAML events -> plain values: dict, list, str, int, float, bool, None.

libyaml's events are taken as they come instead of being composed to nodes first: that is half the
work, and makes every limit (depth, aliases) a plain comparison. Marks are only asked where
something is wrong.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from yaml import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml._yaml import CParser
from yaml.events import CollectionEndEvent

from portico.lib.shorten import shown
from portico.sources.text.containers import List, Map, Step
from portico.sources.text.scalars import CONTAINER_TAGS, RefusalError, plain, tagged, unknown_tag

DEEPEST: Final = 100
"""Levels of nesting. No Kubernetes object comes near; and libyaml is quadratic in the level."""

MOST_EXPANDED: Final = 100_000
"""Values that all aliases of one file may stand for together."""

_UNFINISHED: Final = object()


class TooDeepError(RefusalError):
    """The rest of the text is not looked at, because that alone could take hours."""

    def __init__(self) -> None:
        super().__init__(f"is nested deeper than {DEEPEST} levels", "no object needs that many")


class Built(NamedTuple):
    """One YAML document: its value, and the line of its first node, from 1."""

    line: int
    value: object


class Refused(NamedTuple):
    """Why a document is not taken, and where."""

    error: RefusalError
    line: int
    path: tuple[Step, ...]


class Builder:
    """Builds the documents of one text, one after the other."""

    def __init__(self, text: bytes) -> None:
        self._next = CParser(text).get_event
        self._stack: list[Map | List] = []
        self._anchors: dict[str, object] = {}
        self._expanded = 0

    def documents(self) -> Iterator[Built | Refused]:
        """Raises yaml.YAMLError where the text is no YAML: then the rest of it cannot be read."""
        while type(event := self._next()) is not StreamEndEvent:
            if type(event) is DocumentStartEvent:
                yield self._document()

    def _document(self) -> Built | Refused:
        """One document. The loop in here is the cost of reading YAML."""
        self._stack.clear()
        self._anchors.clear()
        stack, following = self._stack, self._next
        event = following()
        start = line_at(event)
        try:
            while True:
                if type(event) is ScalarEvent:
                    value = self._scalar(event)
                elif type(event) is MappingStartEvent or type(event) is SequenceStartEvent:
                    self._start(event)
                    event = following()
                    continue
                else:
                    value = self._alias(event) if type(event) is AliasEvent else self._end()
                if not stack:
                    return Built(start, value)
                stack[-1].take(value, event)
                event = following()
        except RefusalError as error:
            return self._refused(error, line_at(event))

    def _refused(self, error: RefusalError, line: int) -> Refused:
        path = tuple(step for container in self._stack for step in container.path())
        refused = Refused(error, line, path)
        try:
            if not isinstance(error, TooDeepError):
                self._skip()
        except TooDeepError as deeper:
            return Refused(deeper, line, path)
        return refused

    def _scalar(self, event: ScalarEvent) -> object:
        if event.tag is None:
            value = plain(event.value) if event.implicit[0] else event.value
        else:
            value = tagged(event.tag, event.value)
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _start(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        if event.tag not in CONTAINER_TAGS:
            raise unknown_tag(str(event.tag))
        if len(self._stack) >= DEEPEST:
            raise TooDeepError
        kind = Map if type(event) is MappingStartEvent else List
        self._stack.append(kind(event.anchor))
        if event.anchor:
            self._anchors[event.anchor] = _UNFINISHED

    def _end(self) -> object:
        container = self._stack.pop()
        value = container.finished()
        if container.anchor:
            self._anchors[container.anchor] = value
        return value

    def _alias(self, event: AliasEvent) -> object:
        """Values are never changed once built, so an alias may stand for the same object."""
        name = shown(f"*{event.anchor}")
        try:
            value = self._anchors[str(event.anchor)]
        except KeyError:
            hint = "write &name before the value; a text that starts with * needs quotes"
            raise RefusalError(f"the alias {name} stands for nothing above it", hint) from None
        if value is _UNFINISHED:
            raise RefusalError(f"the alias {name} stands inside what it stands for", "remove it")
        self._expanded += _size(value, MOST_EXPANDED - self._expanded)
        if self._expanded > MOST_EXPANDED:
            raise RefusalError(
                f"the aliases up to {name} stand for more than {MOST_EXPANDED} values",
                "write less of it by alias",
            )
        return value

    def _skip(self) -> None:
        """Go to the end of the document."""
        depth = 0
        while type(event := self._next()) is not DocumentEndEvent:
            if type(event) is MappingStartEvent or type(event) is SequenceStartEvent:
                depth += 1
                if depth > DEEPEST:
                    raise TooDeepError
            elif isinstance(event, CollectionEndEvent):
                depth -= 1


def _size(value: object, limit: int) -> int:
    """How many values this is, counted no further than just above the limit."""
    count, rest = 0, [value]
    while rest and count <= limit:
        each = rest.pop()
        count += 1
        if isinstance(each, dict):
            rest.extend(each.values())
        elif isinstance(each, list):
            rest.extend(each)
    return count


def line_at(event: Event | None) -> int:
    """The line where it starts, from 1."""
    assert event is not None
    assert event.start_mark is not None
    return event.start_mark.line + 1
