"""One object, seen in several versions: events, which two groups serve, and custom kinds."""

from typing import Any

import msgspec

from support.api_server.kinds import SERVED, Kind, Kinds
from support.api_server.storage import Document, Stored

CORE_EVENT, EVENT = (kind for kind in SERVED if kind.plural == "events")

RENAMED = (
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
)
"""How the fields of an Event are called in v1 and in events.k8s.io/v1."""


def home(kinds: Kinds, kind: Kind) -> Kind:
    """The version that is stored."""
    if kind == CORE_EVENT:
        return EVENT
    if not kind.is_custom:
        return kind
    return next(each for each in kinds if each.group == kind.group and each.plural == kind.plural)


def inwards(document: Document, kind: Kind, stored: Kind) -> Document:
    if kind == stored:
        return document
    return {**_renamed(document, kind), "apiVersion": stored.api_version}


def outwards(stored: Stored, kind: Kind) -> Stored:
    if stored.document["apiVersion"] == kind.api_version:
        return stored
    document = {**_renamed(stored.document, kind, back=True), "apiVersion": kind.api_version}
    return Stored(stored.revision, document, msgspec.json.encode(document))


def _renamed(document: Document, kind: Kind, *, back: bool = False) -> dict[str, Any]:
    if kind != CORE_EVENT:
        return document
    names = dict(RENAMED) if not back else {new: old for old, new in RENAMED}
    return {names.get(field, field): value for field, value in document.items()}
