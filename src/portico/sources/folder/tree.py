"""Which files there are to read: folders walked, links followed, circles not."""

import os
import stat
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from portico.sources.folder.files import GONE, Node, Stamp, node_of, stamp_of, unreadable
from portico.sources.text.wording import Broken

SUFFIXES: Final = (".yaml", ".yml", ".json")

IMPOSSIBLE: Final = Broken(0, "is not a possible path", "a path holds no NUL character")
MISSING: Final = Broken(0, "is not there", "it is read as soon as it appears")


@dataclass(frozen=True, slots=True)
class Tree:
    """What was found. A file without a stamp is there, but not to be had, such as a dead link."""

    files: dict[str, Stamp | None] = field(default_factory=dict)
    folders: dict[Node, str] = field(default_factory=dict)
    troubles: dict[str, Broken] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)
    """Folders of which it is not known what they hold."""


def is_below(path: str, folders: Container[str]) -> bool:
    """Whether it is one of them, or in one of them."""
    while path and path not in folders:
        parent = os.path.dirname(path)  # noqa: PTH120  # paths are plain text here
        if parent == path:
            return False
        path = parent
    return path in folders if path else "." in folders


Enter = Callable[[str, Node], Broken | None]
"""Called before a folder is listed, so that it can be watched first; says if that failed."""


def is_hidden(name: str) -> bool:
    """Kubernetes keeps the files of a mounted ConfigMap in hidden folders, and links to them."""
    return name.startswith(".")


def join(folder: str, name: str) -> str:
    return name if folder == "." else os.path.join(folder, name)  # noqa: PTH118


def survey(starts: Iterable[str], enter: Enter, known: dict[Node, str] | None = None) -> Tree:
    """All files at or below the starts. Every folder is listed once, whatever leads to it, and not
    at all where it is known already under another path that still leads to it.
    """
    tree = Tree(folders=dict(known or {}))
    for start in starts:
        for folder in _start(start, tree):
            waiting = [folder]
            while waiting:
                waiting += reversed(list(_list(waiting.pop(), tree, enter)))
    return tree


def _start(path: str, tree: Tree) -> Iterator[str]:
    try:
        status = os.stat(path)  # noqa: PTH116  # paths are plain text here: it is a third faster
    except ValueError:
        tree.troubles[path] = IMPOSSIBLE
    except OSError as error:
        if error.errno in GONE and not os.path.islink(path):  # noqa: PTH114
            tree.troubles[path] = MISSING
        else:
            tree.files[path] = None
    else:
        if stat.S_ISDIR(status.st_mode):
            yield path
        else:
            tree.files[path] = stamp_of(status)


def _list(folder: str, tree: Tree, enter: Enter) -> Iterator[str]:
    """Take note of the files in a folder; its subfolders are left to the caller."""
    try:
        entries = _entries(folder, tree, enter)
    except OSError as error:
        if error.errno not in GONE:
            tree.troubles[folder] = unreadable(error)
            tree.unlisted.add(folder)
        return
    for entry in entries:
        if is_hidden(entry.name):
            continue
        path = join(folder, entry.name)
        if _is_folder(entry):
            yield path
        elif entry.name.endswith(SUFFIXES):
            tree.files[path] = _stamp(entry)


def _entries(folder: str, tree: Tree, enter: Enter) -> list[os.DirEntry[str]]:
    node = node_of(os.stat(folder))  # noqa: PTH116
    if _is_elsewhere(node, folder, tree):
        return []
    tree.folders[node] = folder
    trouble = enter(folder, node)
    if trouble and trouble not in tree.troubles.values():  # it holds for all, and is told once
        tree.troubles[folder] = trouble
    with os.scandir(folder) as listing:
        return sorted(listing, key=_name)


def _is_elsewhere(node: Node, folder: str, tree: Tree) -> bool:
    other = tree.folders.get(node)
    if other is None or other == folder:
        return False
    try:
        status = os.stat(other)  # noqa: PTH116
    except OSError:
        return False
    return node_of(status) == node


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _stamp(entry: os.DirEntry[str]) -> Stamp | None:
    try:
        return stamp_of(entry.stat())
    except OSError:
        return None
