"""What the decoder found, in the words of whoever wrote the document."""

import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from portico.lib.shorten import shortened


class Complaint(NamedTuple):
    """A field, what is wrong with it, and what to do. The reason goes on where the field ends."""

    field: str
    reason: str
    hint: str


_MESSAGE: Final = re.compile(
    r"(?P<what>.*?)(?: - at `(?P<in_key>key` in `)?\$\.?(?P<path>[^`]*)`)?", re.DOTALL
)
_MISSING: Final = re.compile(r"Object missing required field `(?P<name>\w+)`")
_BOUND: Final = re.compile(r"Expected `int` (?P<side>[<>]=) (?P<bound>-?[0-9]+)")
_TYPE: Final = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`")

WORDS: Final[Mapping[str, str]] = {
    "str": "text",
    "int": "a whole number",
    "float": "a fraction",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
    "datetime": "a time",
    "date": "a date",
    "bytes": "binary",
}

SCALARS: Final = frozenset({"int", "float", "bool", "datetime", "date"})
"""What YAML makes of a text that is not in quotes."""

HINTS: Final[Mapping[str, str]] = {
    "a whole number": "write digits, without quotes",
    "true or false": "write it without quotes",
    "a list": "each item starts with '- '",
    "a mapping": "write key: value, indented below the field",
}

FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "metadata.name": (
        "is not a name",
        "at most 253 of a-z, 0-9, '-' and '.'; each part starts and ends with a letter or digit",
    ),
    "metadata.namespace": (
        "is not a namespace",
        "at most 63 of a-z, 0-9 and '-'; starts and ends with a letter or digit",
    ),
    "metadata.creationTimestamp": (
        "is not a time in UTC",
        'as in "2026-01-31T12:00:00Z"; the API server sets it, so it may be left out',
    ),
}


def complaint(message: str, document: Mapping[str, object]) -> Complaint:
    """Translate what msgspec says of a document."""
    found = _MESSAGE.fullmatch(message)
    assert found  # the pattern takes any text
    what, path = found["what"], found["path"] or ""
    if found["in_key"]:
        return Complaint(path, "has a key that is not text", 'put the key in quotes, as in "80":')
    if missing := _MISSING.match(what):
        field = f"{path}.{missing['name']}" if path else missing["name"]
        return Complaint(field, "is missing", "add it")
    if wrong := _TYPE.match(what):
        return _mistyped(_with_key(path, document), wrong["wanted"], wrong["got"])
    if path in FIELDS:
        return Complaint(path, *FIELDS[path])
    if bound := _BOUND.match(what):
        return _unbounded(path, bound["side"], bound["bound"])
    return Complaint(path, what, "see the API reference of this field")


def _unbounded(path: str, side: str, bound: str) -> Complaint:
    is_port = path.endswith(("port", "Port", "number")) and bound in ("0", "1", "65535")
    if is_port:
        return Complaint(path, "is not a port number", "ports are 1-65535")
    limit = f"{bound} or more" if side == ">=" else f"{bound} or less"
    return Complaint(path, f"must be {limit}", f"write {limit}")


def _mistyped(field: str, wanted: str, got: str) -> Complaint:
    expected = [WORDS[kind] for kind in wanted.split(" | ") if kind != "null"]
    reason = f"must be {' or '.join(expected)}, not {WORDS.get(got, got)}"
    if "str" in wanted and got in SCALARS:
        return Complaint(field, reason, 'put it in quotes, as in "80"')
    return Complaint(field, reason, HINTS.get(expected[-1], "write a single value"))


def _with_key(path: str, document: Mapping[str, object]) -> str:
    """Put the name of the offending key where msgspec writes `[...]` for "some value in there"."""
    parent_path = path.removesuffix("[...]")
    if parent_path == path:
        return path
    parent: object = document
    for part in parent_path.split("."):
        parent = parent.get(part) if isinstance(parent, Mapping) else None
    assert isinstance(parent, Mapping)
    key = next(key for key, value in parent.items() if not isinstance(value, str))
    return member(parent_path, key)


def member(path: str, key: str) -> str:
    """The path of one entry of a mapping whose keys are free text, e.g. `data["tls.crt"]`."""
    return f"{path}[{json.dumps(shortened(key))}]"
