"""Which objects a list or a watch is about."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from support.api_server.kinds import Kind
from support.api_server.refusals import bad_request

Matches = Callable[[Mapping[str, Any]], bool]
Labels = Mapping[str, str]

_COMMA_OUTSIDE = re.compile(r",(?![^(]*\))")
_SET = re.compile(r"^(\S+)\s+(in|notin)\s+\(([^)]*)\)$")
_EQUAL = re.compile(r"^([^!=\s]+)\s*(==|=|!=)\s*(\S*)$")


def selection(kind: Kind, namespace: str, labels: str, fields: str) -> Matches:
    """All conditions of a request in one."""
    tests = [*_label_tests(labels), *_field_tests(kind, fields)]

    def matches(document: Mapping[str, Any]) -> bool:
        if namespace and document["metadata"].get("namespace") != namespace:
            return False
        return all(test(document) for test in tests)

    return matches


def _label_tests(text: str) -> list[Matches]:
    parts = [part.strip() for part in _COMMA_OUTSIDE.split(text) if part.strip()]
    return [_on_labels(_label_test(part)) for part in parts]


def _on_labels(test: Callable[[Labels], bool]) -> Matches:
    return lambda document: test(document["metadata"].get("labels") or {})


def _label_test(part: str) -> Callable[[Labels], bool]:
    if found := _SET.match(part):
        key, how, values = found[1], found[2], {value.strip() for value in found[3].split(",")}
        return lambda labels: (labels.get(key) in values) == (how == "in")
    if found := _EQUAL.match(part):
        key, how, value = found.groups()
        return lambda labels: (labels.get(key) == value) == (how != "!=")
    if re.fullmatch(r"!?[\w./-]+", part):
        key = part.removeprefix("!")
        return lambda labels: (key in labels) != part.startswith("!")
    raise bad_request(f"unable to parse requirement: {part!r}")


def _field_tests(kind: Kind, text: str) -> list[Matches]:
    return [_field_test(kind, part.strip()) for part in text.split(",") if part.strip()]


def _field_test(kind: Kind, part: str) -> Matches:
    found = _EQUAL.match(part)
    if found is None:
        raise bad_request(f"invalid field selector: {part!r}")
    field, how, wanted = found.groups()
    if field not in ("metadata.name", "metadata.namespace", *kind.selectable):
        raise bad_request(
            f'Unable to find "{kind.api_version}, Resource={kind.plural}" that match label '
            f'selector "", field selector "{part}": field label not supported: {field}'
        )
    path = field.split(".")
    return lambda document: (_read(document, path) == wanted) == (how != "!=")


def _read(document: Any, path: list[str]) -> str:
    for step in path:
        document = document.get(step) if isinstance(document, Mapping) else None
    return "" if document is None else str(document)
