"""Watches: what changed since a moment, and then what changes, until the time is up."""

import asyncio
import json
import random
from collections import deque
from collections.abc import AsyncIterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from support.api_server.kinds import Kind, Kinds
from support.api_server.lists import version_of
from support.api_server.refusals import Refused, expired, too_large_version
from support.api_server.selectors import Matches, selection
from support.api_server.storage import Change, Storage, Stored
from support.api_server.versions import home, outwards

END = "k8s.io/initial-events-end"


class StreamedLists(Enum):
    """What the server makes of sendInitialEvents."""

    SERVED = "as a server of today"
    FORBIDDEN = "422, as a server without the feature"
    BROKEN = "an error within the stream, as a server whose etcd is too old"


class Wish(NamedTuple):
    """What one watch asked for."""

    kind: Kind
    stored: Kind
    matches: Matches
    since: int | None
    """The last revision known; None to be told what there is first."""
    bookmarks: bool
    streams_list: bool
    seconds: float


def wish(
    storage: Storage, kinds: Kinds, kind: Kind, namespace: str, query: Mapping[str, str]
) -> Wish:
    """Raises Refused where the request is one that a server refuses."""
    streams = query.get("sendInitialEvents") == "true"
    bookmarks = query.get("allowWatchBookmarks") in ("true", "1")
    how = query.get("resourceVersionMatch", "")
    if how and not streams:
        why = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        raise _forbidden(why)
    if streams and how != "NotOlderThan":
        raise _forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
    if streams and not bookmarks:
        raise _forbidden("sendInitialEvents requires allowWatchBookmarks")
    version = version_of(query.get("resourceVersion") or "0")
    if streams and version > storage.revision:
        raise too_large_version(version, storage.revision)
    matches = selection(
        kind, namespace, query.get("labelSelector", ""), query.get("fieldSelector", "")
    )
    seconds = float(query.get("timeoutSeconds") or random.uniform(1800, 3600))
    since = None if streams or version == 0 else version
    return Wish(kind, home(kinds, kind), matches, since, bookmarks, streams, seconds)


class Watch:
    """One open watch."""

    def __init__(self, storage: Storage, wanted: Wish, bookmark_every: float) -> None:
        self._storage = storage
        self._wanted = wanted
        self._bookmark_every = bookmark_every
        self._changes: deque[Change] = deque()
        self._wake = asyncio.Event()
        self._last_words: bytes | None = None
        self.is_cut = False
        """Ends without a word, as a connection does that breaks."""
        self.plural = wanted.kind.plural
        self.marked = 0
        """The revision of the last bookmark."""

    def stop(self, *, last_words: bytes = b"", cut: bool = False) -> None:
        self._last_words, self.is_cut = last_words, cut
        self._wake.set()

    def expire(self) -> None:
        self.stop(last_words=error(expired("too old resource version")))

    async def lines(self) -> AsyncIterator[list[bytes]]:
        """Whole events; ends when the time is up or somebody stopped it."""
        self._storage.listeners.add(self._note)
        try:
            async for lines in self._told():
                yield lines
        finally:
            self._storage.listeners.discard(self._note)

    async def _told(self) -> AsyncIterator[list[bytes]]:
        now = asyncio.get_running_loop().time
        end, bookmark = now() + self._wanted.seconds, now() + self._bookmark_every
        try:
            yield self._beginning()
        except Refused as no:
            yield [error(no)]
            return
        while self._last_words is None:
            try:
                async with asyncio.timeout_at(min(end, bookmark)):
                    await self._wake.wait()
            except TimeoutError:
                if self._wanted.bookmarks and not self._changes:
                    yield [self._bookmark()]
                bookmark = now() + self._bookmark_every
                if now() >= end:
                    return
            self._wake.clear()
            if self._last_words is None and (lines := self._drain()):
                yield lines
        if self._last_words:
            yield [self._last_words]

    def _note(self, kind: Kind, change: Change) -> None:
        if kind == self._wanted.stored:
            self._changes.append(change)
            self._wake.set()

    def _beginning(self) -> list[bytes]:
        since, kind = self._wanted.since, self._wanted.stored
        if since is None:
            present = [outwards(each, self._wanted.kind) for each in self._storage.all(kind)]
            lines = [
                _line("ADDED", each) for each in present if self._wanted.matches(each.document)
            ]
            return lines + ([self._bookmark(is_end=True)] if self._wanted.streams_list else [])
        if since < self._storage.floor:
            raise expired(f"too old resource version: {since} ({self._storage.floor})")
        missed = self._storage.changes_since(kind, since)
        return [line for change in missed for line in self._lines_of(change)]

    def _drain(self) -> list[bytes]:
        changes, self._changes = self._changes, deque()
        since = self._wanted.since or 0
        # A server that knows less than its client sends nothing until it has caught up.
        return [line for each in changes if each.revision > since for line in self._lines_of(each)]

    def _lines_of(self, change: Change) -> list[bytes]:
        now = outwards(change.now, self._wanted.kind)
        before = outwards(change.before, self._wanted.kind) if change.before else None
        was = before is not None and self._wanted.matches(before.document)
        is_now = change.verb != "DELETED" and self._wanted.matches(now.document)
        if not was and not is_now:
            return []
        verb = "MODIFIED" if was and is_now else "ADDED" if is_now else "DELETED"
        if verb == "DELETED" and change.verb != "DELETED":
            assert before is not None
            version = {"resourceVersion": str(change.revision)}
            metadata = {**before.document["metadata"], **version}
            gone = json.dumps({**before.document, "metadata": metadata}).encode()
            now = Stored(change.revision, {}, gone)
        return [_line(verb, now)]

    def _bookmark(self, *, is_end: bool = False) -> bytes:
        since = self._wanted.since or 0
        if self._storage.revision < since:
            return b""
        metadata: dict[str, Any] = {
            "resourceVersion": str(self._storage.revision),
            "creationTimestamp": None,
        }
        if is_end:
            metadata["annotations"] = {END: "true"}
        kind = self._wanted.kind
        self.marked = self._storage.revision
        mark = {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata}
        return b'{"type":"BOOKMARK","object":' + json.dumps(mark).encode() + b"}\n"


def error(no: Refused) -> bytes:
    return b'{"type":"ERROR","object":' + json.dumps(no.status()).encode() + b"}\n"


def _line(verb: str, stored: Stored) -> bytes:
    return b'{"type":"%s","object":%s}\n' % (verb.encode(), stored.encoded)


def _forbidden(text: str) -> Refused:
    return Refused(422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {text}')
