"""What etcd is to the API server: objects, one counter for all changes, and a history that ends."""

import bisect
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from support.api_server.kinds import Kind

Key = tuple[str, str]
"""Namespace and name."""

Document = dict[str, Any]

FIRST = 1000
KEPT_LISTS = 16


class Stored(NamedTuple):
    """One state of one object; never changed in place."""

    revision: int
    document: Document
    encoded: bytes


class Change(NamedTuple):
    revision: int
    verb: str
    now: Stored
    before: Stored | None


class Saved(NamedTuple):
    """A backup."""

    revision: int
    objects: dict[Kind, dict[Key, Stored]]


class Storage:
    """Not for several threads; the server's loop owns it."""

    def __init__(self) -> None:
        self.revision = FIRST
        self.floor = FIRST
        """Changes up to here are forgotten."""
        self._objects: dict[Kind, dict[Key, Stored]] = defaultdict(dict)
        self._changes: dict[Kind, list[Change]] = defaultdict(list)
        self._lists: dict[tuple[Kind, int], list[Stored]] = {}
        self.listeners: set[Callable[[Kind, Change], None]] = set()

    def get(self, kind: Kind, key: Key) -> Stored | None:
        return self._objects[kind].get(key)

    def all(self, kind: Kind) -> list[Stored]:
        """In the order of their keys, as etcd has them."""
        return self.all_at(kind, self.revision)

    def everything(self) -> Iterator[tuple[Kind, Key]]:
        for kind, objects in list(self._objects.items()):
            for key in list(objects):
                yield kind, key

    def put(self, kind: Kind, key: Key, document: Document) -> Stored:
        before = self._objects[kind].get(key)
        stored = self._stamped(document)
        self._objects[kind][key] = stored
        self._tell(kind, Change(stored.revision, "MODIFIED" if before else "ADDED", stored, before))
        return stored

    def remove(self, kind: Kind, key: Key) -> Stored:
        before = self._objects[kind].pop(key)
        gone = self._stamped(before.document)
        self._tell(kind, Change(gone.revision, "DELETED", gone, before))
        return gone

    def changes_since(self, kind: Kind, revision: int) -> list[Change]:
        changes = self._changes[kind]
        start = bisect.bisect_right(changes, revision, key=lambda change: change.revision)
        return changes[start:]

    def all_at(self, kind: Kind, revision: int) -> list[Stored]:
        """As it was; the revision must not be forgotten."""
        known = self._lists.get((kind, revision))
        if known is not None:
            return known
        objects = dict(self._objects[kind])
        for change in reversed(self.changes_since(kind, revision)):
            key = _key(change.now.document)
            if change.before is None:
                objects.pop(key, None)
            else:
                objects[key] = change.before
        found = [objects[key] for key in sorted(objects, key="/".join)]
        self._lists[kind, revision] = found
        while len(self._lists) > KEPT_LISTS:
            del self._lists[next(iter(self._lists))]
        return found

    def compact(self) -> None:
        """Forget the history; what is, stays."""
        self.floor = self.revision
        self._changes.clear()
        self._lists.clear()

    def save(self) -> Saved:
        copy = {kind: dict(objects) for kind, objects in self._objects.items()}
        return Saved(self.revision, copy)

    def load(self, saved: Saved) -> None:
        """Become what was saved, counter and all."""
        self.revision = saved.revision
        self._objects = defaultdict(
            dict, {kind: dict(each) for kind, each in saved.objects.items()}
        )
        self.compact()

    def skip(self, revisions: int) -> None:
        """Let other objects, which nobody here sees, change."""
        self.revision += revisions

    def _stamped(self, document: Document) -> Stored:
        self.revision += 1
        metadata = {**document["metadata"], "resourceVersion": str(self.revision)}
        document = {**document, "metadata": metadata}
        return Stored(self.revision, document, msgspec.json.encode(document))

    def _tell(self, kind: Kind, change: Change) -> None:
        self._changes[kind].append(change)
        for listener in list(self.listeners):
            listener(kind, change)


def _key(document: Document) -> Key:
    metadata = document["metadata"]
    return (metadata.get("namespace", ""), metadata["name"])
