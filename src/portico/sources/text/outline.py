"""In which line every field of a text stands.

Made when somebody asks, so that no line needs to be remembered. Flat arrays in the order of the
text hold it, at a few bytes a node: the step that leads to a node, its line, and the first node
that is not inside it.
"""

from array import array
from collections.abc import Iterable, Iterator

from yaml import MappingStartEvent, ScalarEvent, SequenceStartEvent, YAMLError
from yaml._yaml import CParser
from yaml.events import CollectionEndEvent, CollectionStartEvent, NodeEvent

from portico.sources.text.containers import Step
from portico.sources.text.scalars import WORDS
from portico.sources.text.unicode import as_utf8
from portico.sources.text.values import DEEPEST, line_at


class _UntoldError(Exception):
    """The rest of the text has no lines that could be told."""


class _Parent:
    """A mapping or list whose end has not come yet; `key` waits for its value."""

    __slots__ = ("count", "is_mapping", "key", "line", "node")

    def __init__(self, node: int, *, is_mapping: bool) -> None:
        self.node = node
        self.is_mapping = is_mapping
        self.key: str | None = None
        self.line = 0
        self.count = 0


class Outline:
    """Nodes are numbered in the order of the text. `roots` are its documents, and `objects` what
    they hold, counted as `portico.sources.documents` does.
    """

    def __init__(self, text: bytes) -> None:
        """Never raises: what cannot be read has no lines."""
        self._steps: list[Step] = []
        self._lines = array("L")
        self._ends = array("L")
        self._lists: set[int] = set()  # mappings whose kind is some List
        self._sequences: set[int] = set()
        self._open: list[_Parent] = []
        self._empty: set[int] = set()
        self._asked: dict[int, dict[Step, int]] = {}
        """Children by their steps, of nodes that were asked for: a list may be all mistakes."""

        self.roots: list[int] = []
        utf8 = as_utf8(text)
        if isinstance(utf8, bytes):
            self._read(utf8)
        self.objects = [
            node for root in self.roots if root not in self._empty for node in self._flat(root)
        ]

    def line(self, node: int, steps: Iterable[Step] = ()) -> int:
        """The line of what the steps lead to, or of the deepest they find on the way there."""
        for step in steps:
            child = self._child(node, step)
            if child is None:
                break
            node = child
        return self._lines[node]

    def _child(self, node: int, step: Step) -> int | None:
        if node not in self._asked:
            known: dict[Step, int] = {}
            for child in self._children(node):
                known.setdefault(self._steps[child], child)
            self._asked[node] = known
        return self._asked[node].get(step)

    def _children(self, node: int) -> Iterator[int]:
        child = node + 1
        while child < self._ends[node]:
            yield child
            child = self._ends[child]

    def _flat(self, node: int) -> Iterator[int]:
        items = self._child(node, "items") if node in self._lists else None
        if items is None or items not in self._sequences:
            yield node
            return
        for item in self._children(items):
            yield from self._flat(item)

    def _read(self, text: bytes) -> None:
        try:
            for event in iter(CParser(text).get_event, None):
                if isinstance(event, NodeEvent):
                    self._take(event)
                elif isinstance(event, CollectionEndEvent):
                    self._ends[self._open.pop().node] = len(self._steps)
        except (YAMLError, _UntoldError):
            pass
        for parent in self._open:
            self._ends[parent.node] = len(self._steps)

    def _take(self, event: NodeEvent) -> None:
        parent = self._open[-1] if self._open else None
        if parent is not None and parent.is_mapping and parent.key is None:
            if not isinstance(event, ScalarEvent):
                raise _UntoldError
            parent.key, parent.line = event.value, line_at(event)
            return
        node = self._add(parent, line_at(event))
        if isinstance(event, CollectionStartEvent):
            self._start(node, event)
        elif isinstance(event, ScalarEvent):
            self._note(parent, node, event)
        if parent is not None:
            parent.key = None
            parent.count += 1

    def _add(self, parent: _Parent | None, line: int) -> int:
        node = len(self._steps)
        if parent is None:
            self.roots.append(node)
            self._steps.append(len(self.roots) - 1)
        elif parent.key is None:
            self._steps.append(parent.count)
        else:
            self._steps.append(parent.key)
            line = parent.line
        self._lines.append(line)
        self._ends.append(node + 1)
        return node

    def _start(self, node: int, event: CollectionStartEvent) -> None:
        if len(self._open) >= DEEPEST:
            raise _UntoldError
        if type(event) is SequenceStartEvent:
            self._sequences.add(node)
        self._open.append(_Parent(node, is_mapping=type(event) is MappingStartEvent))

    def _note(self, parent: _Parent | None, node: int, event: ScalarEvent) -> None:
        """What decides how objects are counted."""
        if parent is None:
            if event.implicit[0] and WORDS.get(event.value, True) is None:
                self._empty.add(node)
        elif parent.key == "kind" and event.value.endswith("List"):
            self._lists.add(parent.node)
