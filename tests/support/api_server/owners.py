"""Which manager owns which field, and server-side apply, which asks that question.

Lists are owned as a whole, but for the few that the API declares as maps. That is less than a real
server knows, and enough for an object that one manager applies.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from support.api_server.kinds import Kind
from support.api_server.refusals import Refused

Path = tuple[str, ...]

UNOWNED = {
    "apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.uid",
    "metadata.resourceVersion", "metadata.creationTimestamp", "metadata.generation",
    "metadata.managedFields", "metadata.deletionTimestamp",
}  # fmt: skip


class Owners:
    """The managedFields of an object."""

    def __init__(self, managed: Iterable[Mapping[str, Any]] = ()) -> None:
        self.by_manager: dict[tuple[str, str, str], tuple[set[Path], str]] = {
            (entry["manager"], entry["operation"], entry.get("subresource", "")): (
                set(_paths_of(entry["fieldsV1"])),
                entry["time"],
            )
            for entry in managed
        }

    def wrote(self, manager: tuple[str, str, str], paths: set[Path], time: str) -> None:
        """An update: what it changed is its own now."""
        for each, (owned, at) in list(self.by_manager.items()):
            left = {path for path in owned if not _touches(path, paths)}
            self.by_manager[each] = (left, at)
        mine, at = self.by_manager.get(manager, (set(), time))
        if paths:
            self.by_manager[manager] = (mine | paths, time)
        self.by_manager = {who: what for who, what in self.by_manager.items() if what[0]}

    def listed(self, kind: Kind) -> list[dict[str, Any]]:
        return [
            {
                "manager": manager,
                "operation": operation,
                "apiVersion": kind.api_version,
                "time": time,
                "fieldsType": "FieldsV1",
                "fieldsV1": _fields(paths),
                **({"subresource": subresource} if subresource else {}),
            }
            for (manager, operation, subresource), (paths, time) in sorted(self.by_manager.items())
        ]


def applied(
    old: dict[str, Any], wanted: dict[str, Any], owners: Owners, who: tuple[str, str, str],
    *, time: str, force: bool,
) -> dict[str, Any]:  # fmt: skip
    """What becomes of `old` when a manager applies `wanted`; notes who owns what."""
    paths = set(leaves(wanted))
    # An empty map adds nothing to a map that is there.
    settled = {
        path
        for path in paths
        if value_at(wanted, path) != {} or not isinstance(value_at(old, path), Mapping)
    }
    before = owners.by_manager.get(who, (set(), ""))[0]
    taken = {
        path: other[0]
        for other, (owned, _) in owners.by_manager.items()
        for path in owned
        if other != who
        and _touches(path, settled)
        and value_at(old, path) != value_at(wanted, path)
    }
    if taken and not force:
        raise _conflict(taken)
    for path in taken:
        for other, (owned, at) in list(owners.by_manager.items()):
            if other != who:
                owners.by_manager[other] = (owned - {path}, at)
    others = {
        path for each, (owned, _) in owners.by_manager.items() if each != who for path in owned
    }
    result = old
    for path in before - paths - others:
        result = _without(result, path)
    for path in settled:
        result = _with(result, path, value_at(wanted, path))
    at = time if paths != before or result != old else owners.by_manager.get(who, (set(), time))[1]
    owners.by_manager[who] = (paths, at)
    owners.by_manager = {each: what for each, what in owners.by_manager.items() if what[0]}
    return result


def _conflict(taken: Mapping[Path, str]) -> Refused:
    shown = [(manager, "." + ".".join(path)) for path, manager in sorted(taken.items())]
    causes = [
        {"reason": "FieldManagerConflict", "message": f'conflict with "{manager}"', "field": field}
        for manager, field in shown
    ]
    what = "conflict" if len(shown) == 1 else "conflicts"
    lines = ", ".join(f'conflict with "{manager}": {field}' for manager, field in shown)
    text = f"Apply failed with {len(shown)} {what}: {lines}"
    return Refused(409, "Conflict", text, causes=causes)


def leaves(node: Any, path: Path = ()) -> Iterator[Path]:
    if ".".join(path) in UNOWNED:
        return
    if isinstance(node, Mapping) and (node or not path):
        for name, value in node.items():
            yield from leaves(value, (*path, name))
    else:
        yield path


def value_at(node: Any, path: Path) -> Any:
    for step in path:
        node = node.get(step) if isinstance(node, Mapping) else None
    return node


def _touches(path: Path, paths: set[Path]) -> bool:
    return path in paths or any(
        path[: len(each)] == each or each[: len(path)] == path for each in paths
    )


def _with(node: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    copy = dict(node) if isinstance(node, Mapping) else {}
    copy[path[0]] = _with(copy.get(path[0]), path[1:], value)
    return copy


def _without(node: Any, path: Path) -> Any:
    """Without a field, and without the maps that only held it."""
    if not isinstance(node, Mapping) or path[0] not in node:
        return node
    copy = dict(node)
    left = _without(copy[path[0]], path[1:]) if len(path) > 1 else None
    if left:
        copy[path[0]] = left
    else:
        del copy[path[0]]
    return copy


def _fields(paths: Iterable[Path]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path in sorted(paths):
        node = tree
        for step in path:
            node = node.setdefault(f"f:{step}", {})
    return tree


def _paths_of(fields: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    if not fields and path:
        yield path
    for name, below in fields.items():
        yield from _paths_of(below, (*path, name.removeprefix("f:")))
