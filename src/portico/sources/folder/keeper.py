"""Knows which files there are, hears what happens to them, and says which are to be read.

Synchronous, and for one thread at a time. `now` counts seconds on a clock that never jumps.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from portico.sources.contract import Event
from portico.sources.folder.files import Node, Stamp, is_calm, is_folder, is_there, stamp_at
from portico.sources.folder.news import News
from portico.sources.folder.reader import Reader
from portico.sources.folder.tree import Tree, is_below, survey
from portico.sources.folder.troubles import Troubles
from portico.sources.folder.watcher import Watcher
from portico.sources.text.wording import Broken

GRACE: Final = 0.2
"""Seconds for a path to come back: editors and git replace files by removing them first."""

CALM: Final = 1.0
"""Seconds without a change after which a file that was found by looking is taken to be whole."""


class Keeper:
    """Collects the files to be read in `ready`; `Directory` reads them when it suits."""

    def __init__(
        self, paths: Sequence[str], reader: Reader, watcher: Watcher | None, why: Broken | None
    ) -> None:
        """Where nothing can be watched, `why` says why."""
        self.ready: set[str] = set()
        self.paths = paths
        self._why = why
        self._reader = reader
        self._watcher = watcher
        self._troubles = Troubles()
        self._folders: dict[Node, str] = {}
        self._leaving: dict[str, float] = {}
        self._gone: set[str] = set()
        self._settling: dict[str, tuple[Stamp | None, float]] = {}

    def due(self) -> float:
        """When there is something to do even if nothing happens."""
        settling = (when for _, when in self._settling.values())
        return min((*self._leaving.values(), *settling), default=float("inf"))

    @property
    def sees_all(self) -> bool:
        """Whether there is no path that cannot be seen."""
        return not self._troubles

    def first(self) -> Iterator[Event]:
        """Find everything there is, and watch it from now on."""
        for path in self.paths:
            self._await(path)
        tree = survey(self.paths, self._enter)
        self.ready |= tree.files.keys()
        yield from self._tell(tree, None)

    def hear(self, news: News, now: float) -> Iterator[Event]:
        """What has happened, and what has become due meanwhile."""
        self.ready |= news.ready
        for path in news.ready:
            self._settling.pop(path, None)
        for path in news.left:
            self._leaving.setdefault(path, now + GRACE)
        for path in news.made:
            self._settling[path] = (stamp_at(path), now + CALM)
        yield from self._troubles.over(lambda path: path in news.ready)
        self._settle(now)
        if starts := news.folders | self._left(now):
            yield from self._look(starts, now)
        if news.swapped:
            yield from self._look(news.swapped, now, at_once=True)

    def part(self, now: float) -> Iterator[Event]:
        """Take leave of what has gone. Later than what has come is read, which may be the same."""
        gone, self._gone = self._gone, set()
        files = {path for path in gone if path in self._reader.stamps}
        folders = {path for path in gone - files if self._watcher and self._watcher.holds(path)}
        if folders:
            files.update(path for path in self._reader.stamps if is_below(path, folders))
        for folder in folders:
            if self._watcher is not None:
                self._watcher.forget(folder)
        for path in sorted(path for path in files if not is_there(path) or is_folder(path)):
            self._settling.pop(path, None)
            yield from self._reader.remove(path)
        if missing := gone.intersection(self.paths):
            yield from self._look(missing, now)

    def compare(self, tree: Tree, now: float) -> Iterator[Event]:
        """What was found by looking at everything, against what is known."""
        for path in self.paths:
            self._await(path)
        self._note(tree, None, now)
        if unwatched := self._unwatched(tree):
            seen = survey(sorted(unwatched), self._enter)
            self._note(seen, unwatched, now)
            tree.troubles.update(seen.troubles)
        yield from self._tell(tree, None)

    def _unwatched(self, tree: Tree) -> set[str]:
        if (watcher := self._watcher) is None:
            return set()
        return {path for node, path in tree.folders.items() if not watcher.knows(path, node)}

    def _look(self, starts: set[str], now: float, *, at_once: bool = False) -> Iterator[Event]:
        """Look again at some files and folders, and at all that is in them."""
        for path in starts.intersection(self.paths):
            self._await(path)
        tree = survey(sorted(starts), self._enter, self._folders)
        self._note(tree, starts, now, at_once=at_once)
        yield from self._tell(tree, starts)

    def _note(
        self, tree: Tree, scope: set[str] | None, now: float, *, at_once: bool = False
    ) -> None:
        """Files that look other than when they were read, and files that are no more."""
        stamps, wait = self._reader.stamps, CALM if scope is None else GRACE
        for path, stamp in tree.files.items():
            if path not in stamps or stamps[path] != stamp:
                if at_once or stamp is None or is_calm(stamp, CALM):
                    self.ready.add(path)
                elif not self._is_written(path, now):
                    self._settling.setdefault(path, (stamp, now + wait))
        for path in stamps.keys() - tree.files.keys():
            if (scope is None or is_below(path, scope)) and not is_below(path, tree.unlisted):
                self._leaving.setdefault(path, now + GRACE)

    def _tell(self, tree: Tree, scope: set[str] | None) -> Iterator[Event]:
        self._folders = tree.folders
        found = tree.troubles
        if self._why is not None and scope is None and self.paths:
            found.setdefault(self.paths[0], self._why)
        yield from self._troubles.over(
            lambda path: path not in found and (scope is None or is_below(path, scope))
        )
        yield from self._troubles.come(found)

    def _left(self, now: float) -> set[str]:
        """Of the paths that left, the folders that came back."""
        back = set()
        for path in [path for path, when in self._leaving.items() if when <= now]:
            del self._leaving[path]
            is_known = path in self._reader.stamps
            if is_folder(path):
                back.add(path)
                if is_known:
                    self._gone.add(path)
            elif not is_there(path):
                self._gone.add(path)
            elif is_known and self._is_other(path, now):
                self.ready.add(path)
        return back

    def _is_other(self, path: str, now: float) -> bool:
        """Whether a file has become another one, and nobody is writing it."""
        return stamp_at(path) != self._reader.stamps[path] and not self._is_written(path, now)

    def _settle(self, now: float) -> None:
        """Files that have not changed since they were looked at last are taken to be whole."""
        for path, (before, when) in list(self._settling.items()):
            if when <= now:
                stamp = stamp_at(path)
                if stamp is None or self._is_written(path, now):
                    del self._settling[path]
                elif stamp == before:
                    del self._settling[path]
                    self.ready.add(path)
                else:
                    self._settling[path] = (stamp, now + CALM)

    def _enter(self, folder: str, node: Node) -> Broken | None:
        return None if self._watcher is None else self._watcher.enter(folder, node)

    def _await(self, path: str) -> None:
        if self._watcher is not None:
            self._watcher.await_name(path)

    def _is_written(self, path: str, now: float) -> bool:
        return self._watcher is not None and self._watcher.writers.is_writing(path, now)
