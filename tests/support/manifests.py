"""Manifests -> store -> plan, without a source: the tests of sources are elsewhere."""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from model.certificates import pair
from portico.model.decode import decode
from portico.model.fact import Fact
from portico.model.fault import Fault, Place
from portico.plan.plan import Plan
from portico.status.problems import Problem, problems
from portico.store import Store

FILE = "in.yaml"

# ${CERT:NAME,NAME} and ${KEY:NAME,NAME}: the two halves of one key pair, as a Secret holds them.
_PLACEHOLDER = re.compile(r"\$\{(CERT|KEY):([^}]+)\}")


def documents(text: str, ports: Mapping[str, int]) -> list[Any]:
    """The documents of a YAML text, with real ports and real certificates put in."""
    for literal, port in ports.items():
        text = re.sub(rf"\b{literal}\b", str(port), text)
    text = _PLACEHOLDER.sub(_half, text)
    return [_without_nulls(found) for found in yaml.load_all(text, yaml.CSafeLoader) if found]


def store_of(found: Iterable[object]) -> Store:
    """What could be read is a fact, what could not is a fault."""
    store = Store()
    faults = []
    for number, document in enumerate(found):
        read = decode(document)
        if isinstance(read, Fact):
            store.put(read)
        else:
            faults.append(Fault(Place(FILE, number), *read))
    store.blame(FILE, tuple(faults))
    return store


def problems_of(store: Store, plan: Plan) -> list[Problem]:
    return problems(plan, store.faults(), lambda _ref: None, lambda _place, _field: 0)


def _half(found: re.Match[str]) -> str:
    half = pair(*found[2].split(","))[found[1] == "KEY"]
    return base64.b64encode(half).decode()


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
