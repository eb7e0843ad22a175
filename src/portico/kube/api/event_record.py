"""Events as the API has them (events.k8s.io/v1), and which of them are the same. No I/O."""

from typing import Final, NamedTuple

from msgspec import Struct

from portico.kube.api.lease_record import micro_time
from portico.kube.api.resource import Resource

EVENTS: Final = Resource("events.k8s.io", "v1", "events", "Event")

LONGEST_NOTE: Final = 1024
"""Bytes."""

LONGEST_NAME: Final = 253

ELLIPSIS: Final = "…"


class Regarding(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The object that an event is about."""

    api_version: str
    kind: str
    name: str
    namespace: str = ""
    uid: str = ""


class Happening(NamedTuple):
    """Two that are equal are one event that happened twice."""

    regarding: Regarding
    reason: str
    """One word, as UpperCamelCase."""
    note: str
    action: str
    is_warning: bool = True

    @property
    def namespace(self) -> str:
        """Where the event is kept: events of what has no namespace are in `default`."""
        return self.regarding.namespace or "default"


class Reporter(NamedTuple):
    """Who tells it."""

    controller: str
    """A qualified name, as example.com/controller."""
    instance: str


def event(happening: Happening, name: str, reporter: Reporter, wall: float) -> object:
    """What is written when it has happened once."""
    return {
        "apiVersion": EVENTS.api_version,
        "kind": EVENTS.kind,
        "metadata": {"name": name, "namespace": happening.namespace},
        "eventTime": micro_time(wall),
        "reportingController": reporter.controller,
        "reportingInstance": reporter.instance[:128],
        "action": happening.action[:128],
        "reason": happening.reason[:128],
        "regarding": happening.regarding,
        "note": fitting(happening.note, LONGEST_NOTE),
        "type": "Warning" if happening.is_warning else "Normal",
    }


def series(count: int, wall: float) -> object:
    """What is changed of it when it has happened again."""
    return {"series": {"count": count, "lastObservedTime": micro_time(wall)}}


def event_name(regarding: Regarding, number: int) -> str:
    """As other recorders name theirs; `number` must not be used twice."""
    suffix = f".{number:x}"
    return regarding.name[: LONGEST_NAME - len(suffix)].rstrip(".-") + suffix


def fitting(text: str, limit: int) -> str:
    """The text, or as many whole characters of it as fit into so many bytes."""
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    room = limit - len(ELLIPSIS.encode())
    return encoded[:room].decode(errors="ignore") + ELLIPSIS
