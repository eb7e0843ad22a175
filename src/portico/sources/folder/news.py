"""What has happened in watched folders, boiled down to what is to be done about it.

A file is ready when whoever writes it has closed it, never before: what is half written is never
read.
"""

import os
from dataclasses import dataclass, field
from typing import Final

from asyncinotify import Mask

ARRIVED: Final = Mask.MOVED_TO | Mask.CREATE
LEFT: Final = Mask.MOVED_FROM | Mask.DELETE

PATIENCE: Final = 30.0
"""Seconds after which a silent writer no longer keeps a file from being read."""


@dataclass(slots=True)
class News:
    """Paths, each in the set of what was heard of it last."""

    ready: set[str] = field(default_factory=set)
    """Files that are complete."""
    made: set[str] = field(default_factory=set)
    """Files that are new, and may still be written."""
    left: set[str] = field(default_factory=set)
    """Files or folders that have gone, or have only made room for a newer version."""
    folders: set[str] = field(default_factory=set)
    """Folders that are new."""
    swapped: set[str] = field(default_factory=set)
    """Folders whose content has been exchanged at one stroke."""
    is_incomplete: bool = False
    """Whether more has happened than was told."""

    def __bool__(self) -> bool:
        return bool(
            self.is_incomplete
            or self.ready
            or self.made
            or self.left
            or self.folders
            or self.swapped
        )

    def note(self, path: str, mask: Mask) -> None:
        """Something happened to a path."""
        if mask & LEFT:
            self._only(path, self.left)
        elif mask & Mask.ISDIR:
            self._only(path, self.swapped if mask & Mask.MOVED_TO else self.folders)
        elif os.path.islink(path):  # noqa: PTH114  # paths are plain text here
            self._only(path, self.swapped if os.path.isdir(path) else self.ready)  # noqa: PTH112
        elif mask & Mask.CREATE and not _is_hard_link(path):
            self._only(path, self.made)
        elif mask & (Mask.CLOSE_WRITE | ARRIVED):
            self._only(path, self.ready)

    def _only(self, path: str, place: set[str]) -> None:
        for each in (self.ready, self.made, self.left, self.folders, self.swapped):
            each.discard(path)
        place.add(path)


def _is_hard_link(path: str) -> bool:
    try:
        return os.lstat(path).st_nlink > 1
    except OSError:
        return False


class Writers:
    """Who is in the middle of writing."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def wrote(self, path: str, now: float) -> None:
        self._since[path] = now

    def closed(self, path: str) -> None:
        self._since.pop(path, None)

    def is_writing(self, path: str, now: float) -> bool:
        since = self._since.get(path)
        if since is not None and now - since > PATIENCE:
            del self._since[path]
            return False
        return since is not None

    def forget_all(self) -> None:
        self._since.clear()
