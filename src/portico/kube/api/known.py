"""What has been told of one resource, held against what the server says. No I/O.

Only names and versions are kept, not the objects. A list is the truth: what has another version is
told, what is missing is deleted. A watch is a story in order: what is not newer than what is known
is a repeat, and is left out. A story out of order cannot be told right, so it ends in doubt, and
the truth is asked for.

Versions are compared as numbers, which the API promises (KEP-5504).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Generic, NamedTuple

import msgspec
from msgspec import Raw, Struct

from portico.kube.api.told import Delete, Key, Put, Synced, T, Told, Unread
from portico.kube.api.watch_stream import Event
from portico.kube.http.errors import GarbledError
from portico.kube.http.status import Status, read_status
from portico.lib.shorten import shown

Decode = Callable[[Raw], T]
"""Raises msgspec.DecodeError for what cannot be read."""

CHANGES: Final = ("ADDED", "MODIFIED", "DELETED")

LIST_ENDS: Final = "k8s.io/initial-events-end"


class _Metadata(Struct, frozen=True, gc=False):
    name: str = ""
    namespace: str = ""
    resourceVersion: str = ""  # noqa: N815  # a rename costs time, here of all places
    annotations: dict[str, str] | None = None


class _Head(Struct, frozen=True, gc=False):
    metadata: _Metadata


class _ShortMetadata(Struct, frozen=True, gc=False):
    name: str
    namespace: str = ""
    resourceVersion: str = ""  # noqa: N815


class _ShortHead(Struct, frozen=True, gc=False):
    metadata: _ShortMetadata


_BOOKMARK: Final = msgspec.json.Decoder(_Head)
_OBJECT: Final = msgspec.json.Decoder(_ShortHead)


class Taken(NamedTuple, Generic[T]):
    """What a part of a list or watch comes to. What follows an error does not count."""

    told: list[Told[T]]
    error: Status | GarbledError | None = None


class _News:
    """Of events that come together: later news of an object replace earlier ones, undecoded."""

    def __init__(self) -> None:
        self.items: dict[Key, Raw | None] = {}
        self.born: set[Key] = set()
        """Nobody has been told of them yet; if they are gone by the end, nobody needs to be."""


class Known(Generic[T]):
    """Of one resource."""

    def __init__(self, decode: Decode[T]) -> None:
        self._decode = decode
        self._versions: dict[str, dict[str, int]] = {}
        self._missing: dict[str, set[str]] = {}
        self.version = 0
        """Of the server's state that was last heard of."""
        self.is_listing = False
        self.is_in_doubt = False

    @property
    def is_empty(self) -> bool:
        return not any(self._versions.values())

    def start_list(self) -> None:
        """What follows is all there is; until the list ends, nothing counts as missing."""
        self._missing = {namespace: set(names) for namespace, names in self._versions.items()}
        self.is_listing, self.is_in_doubt = True, False

    def take_list(self, items: Iterable[Raw]) -> Taken[T]:
        """A part of a list."""
        told: list[Told[T]] = []
        try:
            for item in items:
                if (news := self._listed(item)) is not None:
                    told.append(news)  # noqa: PERF401  # what comes before an error counts
        except GarbledError as error:
            return Taken(told, error)
        return Taken(told)

    def end_list(self, version: int) -> list[Told[T]]:
        """Nothing else is there."""
        gone = [Key(each, name) for each, names in self._missing.items() for name in sorted(names)]
        for key in gone:
            self._forget(key)
        self._missing = {}
        self.version, self.is_listing = version, False
        return [*(Delete(key) for key in gone), Synced()]

    def take(self, events: Sequence[Event]) -> Taken[T]:
        """A part of a watch, or of a list that comes as a watch."""
        told: list[Told[T]] = []
        news = _News()
        error: Status | GarbledError | None = None
        try:
            for event in events:
                if event.type == "ERROR":
                    error = read_status(bytes(event.object))
                    break
                if event.type == "BOOKMARK":
                    told += self._decoded(news)
                    news = _News()
                    told += self._mark(event.object)
                elif event.type in CHANGES:
                    self._note(event, news)
        except GarbledError as garbled:
            error = garbled
        told += self._decoded(news)
        return Taken(told, error)

    def drop_all(self) -> list[Told[T]]:
        """The resource itself is gone."""
        self.start_list()
        return self.end_list(0)[:-1]

    def doubt_versions(self) -> None:
        """The server has gone back in time, so the same number may mean something else now."""
        for names in self._versions.values():
            names.update(dict.fromkeys(names, 0))
        self.version = 0

    def _listed(self, item: Raw) -> Told[T] | None:
        key, version = _read(item)
        self._found(key)
        names = self._versions.setdefault(key.namespace, {})
        if names.get(key.name) == version:
            return None
        names[key.name] = version
        return self._put(key, item)

    def _note(self, event: Event, news: "_News") -> None:
        key, version = _read(event.object)
        known = self._versions.get(key.namespace, {}).get(key.name)
        is_gone = event.type == "DELETED"
        if self.is_listing:
            self._found(key)
        elif known is not None and version <= known:
            return
        elif known is None and version <= self.version and not is_gone:
            self.is_in_doubt = True
            return
        if not self.is_listing:
            self.version = max(self.version, version)
        if known is None and is_gone:
            return
        if known is None and key not in news.items:
            news.born.add(key)
        self._learn(event, key, version, news)

    def _learn(self, event: Event, key: Key, version: int, news: "_News") -> None:
        if event.type == "DELETED":
            self._forget(key)
            news.items[key] = None
            return
        names = self._versions.setdefault(key.namespace, {})
        if names.get(key.name) != version:
            news.items[key] = event.object
        names[key.name] = version

    def _found(self, key: Key) -> None:
        if missing := self._missing.get(key.namespace):
            missing.discard(key.name)

    def _mark(self, mark: Raw) -> list[Told[T]]:
        try:
            metadata = _BOOKMARK.decode(mark).metadata
        except msgspec.DecodeError as error:
            raise GarbledError(f"a bookmark that is none: {error}") from None
        version = number(metadata.resourceVersion)
        if not self.is_listing:
            self.version = max(self.version, version)
        elif (metadata.annotations or {}).get(LIST_ENDS) == "true":
            return self.end_list(version)
        return []

    def _decoded(self, news: "_News") -> Iterator[Told[T]]:
        for key, item in news.items.items():
            if item is not None:
                yield self._put(key, item)
            elif key not in news.born:
                yield Delete(key)

    def _put(self, key: Key, item: Raw) -> Told[T]:
        try:
            return Put(key, self._decode(item))
        except msgspec.DecodeError as error:
            return Unread(key, str(error))

    def _forget(self, key: Key) -> None:
        names = self._versions.get(key.namespace, {})
        names.pop(key.name, None)
        if not names:
            self._versions.pop(key.namespace, None)


def number(version: str) -> int:
    """Raises GarbledError for a version that has no order."""
    if version.isdecimal():
        return int(version)
    raise GarbledError(f"{shown(version)} is not a resourceVersion, which is a number")


def _read(item: Raw) -> tuple[Key, int]:
    try:
        metadata = _OBJECT.decode(item).metadata
    except msgspec.DecodeError as error:
        raise GarbledError(f"an object without metadata: {error}") from None
    return Key(metadata.namespace, metadata.name), number(metadata.resourceVersion)
