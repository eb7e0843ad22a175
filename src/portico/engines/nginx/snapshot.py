"""The last good state on disk: what nginx starts from, and how the engine knows what nginx has.

A file of frames, private (0600): the certificates' keys are in it. Small changes are appended;
when what was appended outgrows the rest, the file is written anew.
"""

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from portico.engines.nginx import frames
from portico.lib.atomic_file import write_atomic

SLACK = 4 << 20
"""Bytes that may be appended before it is worth writing the file anew."""

_HEADER: Final = re.compile(rb"(set|del|end) ([0-9]{1,15}) ([0-9]{1,15})\n")


class Contents(NamedTuple):
    """The last version committed, every entry at that version, and where its commit ends."""

    version: int
    entries: dict[bytes, bytes]
    size: int


class Snapshot:
    """One file; only the engine writes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._whole = 0  # bytes of the last time everything was written
        self._size = 0

    def read(self) -> Contents:
        """What was committed last; nothing, if there is no file or it is not one of ours."""
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            text = b""
        contents = replay(text)
        self._whole = self._size = contents.size
        return contents

    def append(self, commit: bytes) -> None:
        """Add one commit. Raises OSError where the disk is full or not writable."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        with os.fdopen(os.open(self._path, flags, 0o600), "ab") as file:
            file.write(commit)
        self._size += len(commit)

    def write(self, version: int, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Replace the file by one commit of everything."""
        parts = [frames.put(key, value) for key, value in entries]
        text = b"".join((*parts, frames.commit(version, whole=True)))
        write_atomic(self._path, text)
        self._whole = self._size = len(text)

    @property
    def is_intact(self) -> bool:
        """Whether the file is as it was left. Nothing may be appended to a torn commit."""
        try:
            return self._path.stat().st_size == self._size
        except FileNotFoundError:
            return self._size == 0

    @property
    def is_bloated(self) -> bool:
        return self._size > 2 * self._whole + SLACK

    def compact(self) -> None:
        """Write the file anew from what it says itself."""
        contents = self.read()
        self.write(contents.version, contents.entries.items())


def replay(text: bytes) -> Contents:
    """The same as lua/frames.lua does: what follows the last commit never happened."""
    version, entries = 0, dict[bytes, bytes]()
    pending: list[tuple[bytes, bytes | None]] = []
    at = size = 0
    while frame := _HEADER.match(text, at):
        verb, first, second = frame[1], int(frame[2]), int(frame[3])
        at = frame.end()
        if verb == b"end":
            _apply(entries, pending, whole=second == 1)
            version, pending, size = first, [], at
            continue
        key, value = text[at : at + first], text[at + first : at + first + second]
        at += first + second
        pending.append((key, value if verb == b"set" else None))
    return Contents(version, entries, size)


def digest(entry: bytes) -> bytes:
    """Enough to tell whether an entry changed, without keeping the entry."""
    return hashlib.blake2b(entry, digest_size=12).digest()


def _apply(
    entries: dict[bytes, bytes], pending: list[tuple[bytes, bytes | None]], *, whole: bool
) -> None:
    if whole:
        entries.clear()
    for key, value in pending:
        if value is None:
            entries.pop(key, None)
        else:
            entries[key] = value
