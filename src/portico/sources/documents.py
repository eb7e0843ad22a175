"""The text of a file -> the objects in it. Pure: nothing is read from disk here.

Objects are counted from 0 through the whole file; a List counts as its items, and a document that
holds nothing does not count. `portico.sources.text.outline` counts alike, and finds their lines.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from yaml import YAMLError

from portico.model.fault import Fault, Place, Severity
from portico.sources.text.containers import DuplicateError
from portico.sources.text.fields import field_of
from portico.sources.text.json_values import looks_like_json, read_json
from portico.sources.text.outline import Outline
from portico.sources.text.unicode import as_utf8, too_large
from portico.sources.text.values import Builder, Built, Refused, TooDeepError
from portico.sources.text.wording import Broken, line_hint, of_yaml

LIST: Final = "List"
"""How the kinds end that hold other objects as their items."""


@dataclass(frozen=True, slots=True)
class Document:
    """One object. The line is that of its first node, from 1; 0 is to be looked up."""

    index: int
    line: int
    value: dict[str, object]


class Reading(NamedTuple):
    """All objects of a file, and what is wrong with it.

    A fault of the text as a whole comes without any document: no half of a file is ever taken.
    One of a single document leaves out that document.
    """

    documents: tuple[Document, ...]
    faults: tuple[Fault, ...]


def read_documents(text: bytes, file: str) -> Reading:
    """Never raises, whatever the text is."""
    utf8 = too_large(len(text)) or as_utf8(text)
    if isinstance(utf8, Broken):
        return broken(file, utf8)
    if not utf8.strip():
        reason, hint = "is empty", "what it held is still served: to remove that, delete the file"
        fault = Fault(Place(file), None, "", reason, hint, Severity.WARNING, 1)
        return Reading((), (fault,))
    try:
        return _collected(utf8, file, _values(utf8))
    except YAMLError as error:
        return broken(file, of_yaml(error, utf8))


def broken(file: str, why: Broken) -> Reading:
    """Nothing of the file can be taken."""
    fault = Fault(Place(file), None, "", why.reason, why.hint, line=why.line)
    return Reading((), (fault,))


def _values(text: bytes) -> Iterator[Built | Refused]:
    if looks_like_json(text):
        try:
            value = read_json(text)
        except ValueError:
            pass  # it may be YAML; if not, the YAML reader knows the line
        else:
            yield Built(text[: len(text) - len(text.lstrip())].count(b"\n") + 1, value)
            return
    yield from Builder(text).documents()


def _collected(text: bytes, file: str, values: Iterable[Built | Refused]) -> Reading:
    documents: list[Document] = []
    faults: list[Fault] = []
    for root, each in enumerate(values):
        place = Place(file, len(documents) + len(faults))
        if isinstance(each, Refused):
            if isinstance(each.error, TooDeepError):
                return broken(file, Broken(each.line, each.error.reason, each.error.hint))
            faults.append(_refused(text, place, root, each))
            continue
        for line, value in _flattened(each):
            place = Place(file, len(documents) + len(faults))
            if isinstance(value, dict):
                documents.append(Document(place.document, line, value))
            else:
                reason, hint = "is not a mapping", "every Kubernetes object has apiVersion and kind"
                faults.append(Fault(place, None, "", reason, hint, line=line))
    return Reading(tuple(documents), tuple(faults))


def _flattened(built: Built) -> Iterator[tuple[int, object]]:
    """The objects of one YAML document, with the lines that are known."""
    if _items(built.value) is None:
        if built.value is not None:
            yield built.line, built.value
        return
    for item in _within(built.value):
        yield 0, item


def _within(value: object) -> Iterator[object]:
    """The object itself, or the items of a List, which may leave to it to say what they are."""
    items = _items(value)
    if items is None:
        yield value
        return
    assert isinstance(value, dict)
    kind = str(value["kind"]).removesuffix(LIST)
    implied = {"apiVersion": value.get("apiVersion"), "kind": kind} if kind else {}
    for item in items:
        yield from _within(implied | item if isinstance(item, dict) else item)


def _items(value: object) -> list[object] | None:
    if not isinstance(value, dict):
        return None
    kind, items = value.get("kind"), value.get("items")
    if isinstance(kind, str) and kind.endswith(LIST) and isinstance(items, list):
        return items
    return None


def _refused(text: bytes, place: Place, root: int, refused: Refused) -> Fault:
    error, hint = refused.error, refused.error.hint
    if isinstance(error, DuplicateError):
        outline = Outline(text)
        hint = f"{hint}; the first is in line {outline.line(outline.roots[root], refused.path)}"
    hint = line_hint(text, refused.line) or hint
    return Fault(place, None, field_of(refused.path), error.reason, hint, line=refused.line)
