"""Patches that know nothing of who sent them: JSON, JSON merge, strategic merge."""

from collections.abc import Mapping
from typing import Any

from support.api_server.refusals import Refused, bad_request

MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "imagePullSecrets": "name",
    "webhooks": "name",
    "conditions": "type",
    "ownerReferences": "uid",
    "addresses": "type",
    "secrets": "name",
}
"""Lists of objects that a strategic merge merges, and what tells their members apart."""


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def strategic(target: Any, patch: Any, kind: str) -> Any:
    """Like a merge, but some lists are merged by a key, and directives say more."""
    if not isinstance(patch, Mapping):
        return patch
    if patch.get("$patch") == "replace":
        return {name: value for name, value in patch.items() if name != "$patch"}
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if name.startswith("$deleteFromPrimitiveList/"):
            field = name.partition("/")[2]
            result[field] = [each for each in result.get(field, ()) if each not in value]
        elif name == "$retainKeys":
            result = {key: kept for key, kept in result.items() if key in value}
        elif name.startswith("$"):
            continue  # the order of a list, which nobody here looks at
        elif value is None:
            result.pop(name, None)
        else:
            result[name] = _strategic_value(result.get(name), value, name, kind)
    return result


def _strategic_value(old: Any, new: Any, name: str, kind: str) -> Any:
    if not isinstance(new, list):
        return strategic(old, new, kind)
    key = _merge_key(name, new, kind)
    if key is None:
        return [*(old or ()), *(e for e in new if e not in (old or ()))] if _adds(name) else new
    result = {each[key]: each for each in old or ()}
    for member in new:
        if member.get("$patch") == "delete":
            result.pop(member[key], None)
        else:
            result[member[key]] = strategic(result.get(member[key]), member, kind)
    return list(result.values())


def _adds(name: str) -> bool:
    return name == "finalizers"


def _merge_key(name: str, members: list[Any], kind: str) -> str | None:
    if not members or not all(isinstance(member, Mapping) for member in members):
        return None
    if name == "ports":
        in_pod = any("containerPort" in member for member in members)
        return "containerPort" if in_pod else "port" if kind == "Service" else None
    return MERGE_KEYS.get(name)


def json_patch(target: Any, operations: Any) -> Any:
    """RFC 6902, as far as anybody here uses it: add, replace, remove, test."""
    if not isinstance(operations, list):
        raise bad_request("a JSON patch is a list")
    for operation in operations:
        steps = [step.replace("~1", "/").replace("~0", "~") for step in _steps(operation)]
        target = _changed(target, steps, operation)
    return target


def _steps(operation: Any) -> list[str]:
    path: str = operation.get("path", "")
    return path.split("/")[1:]


def _changed(node: Any, steps: list[str], operation: Any) -> Any:
    how, value = operation["op"], operation.get("value")
    if not steps:
        if how == "test" and node != value:
            raise Refused(422, "Invalid", "the server rejected our request: testing failed")
        return node if how == "test" else value
    step, rest = steps[0], steps[1:]
    copy = dict(node) if isinstance(node, Mapping) else list(node)
    place: Any = step if isinstance(copy, dict) else len(copy) if step == "-" else int(step)
    try:
        if rest or how == "test":
            copy[place] = _changed(copy[place], rest, operation)
        elif how == "remove":
            del copy[place]
        elif how == "add" and isinstance(copy, list):
            copy.insert(place, value)
        else:
            copy[place] = value
    except (KeyError, IndexError):
        text = f"the server rejected our request: nothing at {operation['path']}"
        raise Refused(422, "Invalid", text) from None
    return copy
