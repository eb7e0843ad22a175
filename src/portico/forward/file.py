"""Forwards in a file, with errors that name the line.

    forwards:
      - target: svc/web
        ports: [8080:80, 8443:https]
        namespace: shop
      - selector: app=db
        ports: [unix:/tmp/db:5432]

All scalars are read as the text they are: to YAML 1.1, `22:22` would be a number in base 60.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import yaml
from msgspec import Struct

from portico.forward.errors import ForwardError, UsageError
from portico.forward.kinds import Target, check_segment, parse_target
from portico.forward.options import ALL, Request
from portico.forward.places import BOTH, parse_places
from portico.forward.ports import Asked, parse_port
from portico.lib.shorten import shown

LARGEST: Final = 1 << 20
"""Bytes."""

DEEPEST: Final = 16


class Entry(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One of `forwards`. Either a target or a selector."""

    target: str = ""
    selector: str = ""
    ports: tuple[str, ...] = ()
    all_ports: bool = False
    namespace: str = ""
    address: str | tuple[str, ...] = ()
    pods: str = "1"
    """A number, or `all`."""


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    forwards: tuple[Entry, ...]


class Read(NamedTuple):
    """A file, and where things stand in it."""

    name: str
    root: yaml.Node

    def error(self, path: str, reason: str, hint: str = "") -> UsageError:
        """`path` is as in $.forwards[0].ports[1]."""
        field = path.removeprefix("$").lstrip(".")
        line = _line(self.root, re.findall(r"[^.\[\]]+", field))
        return UsageError(f"{self.name}:{line}: {field or 'the file'}: {reason}", hint)


def read_forwards(path: Path, namespace: str) -> tuple[Request, ...]:
    """`namespace` is that of entries without one. Raises UsageError."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if len(text) > LARGEST:
        raise UsageError(f"{path} has more than {LARGEST} bytes")
    return parse_forwards(text, str(path), namespace)


def parse_forwards(text: bytes, name: str, namespace: str) -> tuple[Request, ...]:
    """Raises UsageError."""
    read = Read(name, _composed(text, name))
    try:
        document = msgspec.convert(_plain(read.root), Document, strict=False)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        raise read.error(path.rstrip("`"), reason) from None
    except RecursionError:
        raise read.error("$", f"is nested deeper than {DEEPEST} levels") from None
    if not document.forwards:
        raise read.error("$.forwards", "is empty")
    return tuple(
        _request(entry, f"$.forwards[{number}]", read, namespace)
        for number, entry in enumerate(document.forwards)
    )


def _composed(text: bytes, name: str) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise UsageError(f"{name}{line}: is no YAML: {problem}") from None
    if root is None:
        raise UsageError(f"{name}: is empty")
    found: yaml.Node = root
    return found


def _plain(node: yaml.Node, depth: int = 0) -> Any:  # noqa: ANN401  # what YAML has
    """Texts, lists and mappings; nothing else."""
    if depth > DEEPEST:
        raise RecursionError
    match node:
        case yaml.MappingNode():
            pairs = ((key.value, value) for key, value in node.value)
            return {str(key): _plain(value, depth + 1) for key, value in pairs}
        case yaml.SequenceNode():
            return [_plain(each, depth + 1) for each in node.value]
        case _:
            return node.value


def _line(node: yaml.Node, steps: list[str]) -> int:
    """Of what the steps lead to, as far as they lead; lines count from 1."""
    line: int = node.start_mark.line + 1
    for step in steps:
        found = dict(_children(node)).get(step)
        if found is None:
            break
        node = found
        line = node.start_mark.line + 1
    return line


def _children(node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(number), value) for number, value in enumerate(node.value))


def _request(entry: Entry, at: str, read: Read, namespace: str) -> Request:
    if bool(entry.target) == bool(entry.selector):
        raise read.error(at, "say a target or a selector")
    if bool(entry.ports) == entry.all_ports:
        raise read.error(at, "say ports, or allPorts")
    steps: Mapping[str, Any] = {
        "target": lambda: parse_target(entry.target) if entry.target else None,
        "address": lambda: parse_places(_texts(entry.address)) if entry.address else BOTH,
        "pods": lambda: _pods(entry.pods),
        "namespace": lambda: check_segment("namespace", entry.namespace),
    }
    found: dict[str, Any] = {}
    for field, parse in steps.items():
        found[field] = _parsed(parse, f"{at}.{field}", read)
    target: Target | None = found["target"]
    return Request(
        target,
        tuple(_ports(entry, at, read)),
        entry.namespace or namespace,
        labels=entry.selector,
        places=found["address"],
        pods=found["pods"],
    )


def _ports(entry: Entry, at: str, read: Read) -> Iterator[Asked]:
    for number, text in enumerate(entry.ports):
        yield _parsed(lambda text=text: parse_port(text), f"{at}.ports[{number}]", read)


def _parsed(parse: Any, path: str, read: Read) -> Any:  # noqa: ANN401
    try:
        return parse()
    except ForwardError as error:
        raise read.error(path, error.reason, error.hint) from None


def _texts(found: str | tuple[str, ...]) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else found


def _pods(found: str) -> int:
    if found == "all":
        return ALL
    if found.isascii() and found.isdecimal() and int(found) > 0:
        return int(found)
    raise UsageError(f"{shown(found)} is no number of pods, and not all")
