"""Folders under inotify. Only folders are watched, because files come and go."""

import asyncio
import errno
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from asyncinotify import Event, Inotify, Mask, Watch

from portico.sources.folder.files import Node
from portico.sources.folder.news import ARRIVED, LEFT, News, Writers
from portico.sources.folder.tree import SUFFIXES, is_hidden, join
from portico.sources.text.wording import Broken

NAMES: Final = ARRIVED | LEFT | Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.ONLYDIR | Mask.MASK_ADD
"""What tells which names there are in a folder."""

WHOLE: Final = NAMES | Mask.CLOSE_WRITE | Mask.MODIFY
"""What tells when the files in it are written, too."""

LIMIT_REACHED: Final = Broken(
    0,
    "cannot be watched: the limit of inotify watches is reached",
    "raise fs.inotify.max_user_watches; until then changes are found by looking now and then",
)


NO_INOTIFY: Final = (
    "raise fs.inotify.max_user_instances; until then changes are found by looking now and then"
)


@dataclass(slots=True)
class _View:
    """Why a folder is watched: under which paths all of it, and for whom which single names."""

    watch: Watch
    folders: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)


class Watcher:
    """Raises OSError where inotify cannot be had at all."""

    def __init__(self, inotify: Inotify | None = None) -> None:
        self.writers = Writers()
        self._inotify = inotify or Inotify(sync_timeout=0)
        self._views: dict[int, _View] = {}
        self._watches: dict[str, tuple[Node, int]] = {}
        self._news = News()

    def close(self) -> None:
        self._inotify.close()

    def listen(self, wake: Callable[[], object]) -> None:
        """Hear what happens from now on, and what has happened since the folders are watched."""

        def hear() -> None:
            self._hear()
            wake()

        asyncio.get_running_loop().add_reader(self._inotify.fd, hear)

    def pause(self) -> None:
        """Leave what happens with the kernel, so that another thread may use this watcher."""
        asyncio.get_running_loop().remove_reader(self._inotify.fd)

    def take(self) -> News:
        """What has been heard since it was last asked."""
        news, self._news = self._news, News()
        return news

    def knows(self, folder: str, node: Node) -> bool:
        """Whether this very folder is watched."""
        known = self._watches.get(folder)
        return known is not None and known[0] == node and known[1] in self._views

    def holds(self, path: str) -> bool:
        """Whether a folder is, or was, watched under this path."""
        return path in self._watches

    def enter(self, folder: str, node: Node) -> Broken | None:
        """Watch a folder; why not, where that fails."""
        if self.knows(folder, node):
            return None
        try:
            view = self._watch(folder, WHOLE)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                return LIMIT_REACHED
            return None  # gone, or not to be read: whoever lists it next says so
        if folder in self._watches and self._watches[folder][1] != view.watch.wd:
            self._leave(folder)
        view.folders.add(folder)
        self._watches[folder] = (node, view.watch.wd)
        return None

    def await_name(self, path: str) -> None:
        """Watch for whatever appears or changes under this path, be it only its folder's folder."""
        wanted = Path(path).absolute()
        for child, parent in zip((wanted, *wanted.parents), wanted.parents, strict=False):
            mask = WHOLE if child == wanted and not wanted.is_dir() else NAMES
            if self._watch_name(parent, child.name, path, mask):
                return

    def follow(self, link: str) -> None:
        """Watch the file that a link leads to."""
        target = Path(os.path.realpath(link))
        self._watch_name(target.parent, target.name, link, WHOLE)

    def forget(self, path: str) -> None:
        """Stop to watch what was a folder, and the folders in it."""
        below = join(path, "")
        for folder in [each for each in self._watches if each == path or each.startswith(below)]:
            self._leave(folder)

    def _watch(self, folder: str | Path, mask: Mask) -> _View:
        watch = self._inotify.add_watch(folder, mask)
        return self._views.setdefault(watch.wd, _View(watch))

    def _watch_name(self, folder: Path, name: str, path: str, mask: Mask) -> bool:
        try:
            view = self._watch(folder, mask)
        except OSError:
            return False
        view.names.setdefault(name, set()).add(path)
        return True

    def _leave(self, folder: str) -> None:
        _, descriptor = self._watches.pop(folder)
        if (view := self._views.get(descriptor)) is None:
            return
        view.folders.discard(folder)
        if not view.folders and not view.names:
            del self._views[descriptor]
            with suppress(OSError):  # the kernel has dropped it already, with the folder
                self._inotify.rm_watch(view.watch)

    def _hear(self) -> None:
        while (event := self._inotify.sync_get()) is not None:
            self._note(event)

    def _note(self, event: Event) -> None:
        if Mask.Q_OVERFLOW in event.mask:
            self._news.is_incomplete = True
            self.writers.forget_all()
        if event.watch is None or (view := self._views.get(event.watch.wd)) is None:
            return
        if Mask.IGNORED in event.mask:
            del self._views[event.watch.wd]
        if event.name is None:
            self._news.left |= view.folders
        else:
            self._note_name(view, str(event.name), event.mask)

    def _note_name(self, view: _View, name: str, mask: Mask) -> None:
        if name.startswith("..") and mask & ARRIVED:  # ..data of a mounted ConfigMap
            self._news.swapped |= view.folders
            self._news.ready.update(*view.names.values())
        paths = set(view.names.get(name, ()))
        if not is_hidden(name):
            for path in (join(folder, name) for folder in view.folders):
                if name.endswith(SUFFIXES) or _may_hold_files(path, mask):
                    paths.add(path)
        for path in paths:
            self._happened(path, mask)

    def _happened(self, path: str, mask: Mask) -> None:
        if mask & Mask.MODIFY:
            self.writers.wrote(path, asyncio.get_running_loop().time())
            self._news.ready.discard(path)
            return
        self.writers.closed(path)
        self._news.note(path, mask)


def _may_hold_files(path: str, mask: Mask) -> bool:
    if mask & (Mask.ISDIR | LEFT):
        return True
    return bool(mask & ARRIVED) and os.path.isdir(path)  # noqa: PTH112  # a link to a folder


def watcher_or_why() -> tuple[Watcher, None] | tuple[None, Broken]:
    """A watcher, or why there can be none."""
    try:
        return Watcher(), None
    except OSError as error:
        return None, Broken(0, f"cannot be watched: {error.strerror}", NO_INOTIFY)
