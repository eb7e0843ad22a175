"""Reading one file, whatever it turns out to be."""

import errno
import os
import stat
from collections.abc import Mapping
from typing import Final, NamedTuple

from portico.lib import clock
from portico.sources.text.unicode import LARGEST, too_large
from portico.sources.text.wording import Broken


class Stamp(NamedTuple):
    """What tells two states of one path apart without reading."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int


class Node(NamedTuple):
    """What makes two paths lead to the same folder."""

    device: int
    inode: int


class Content(NamedTuple):
    """The whole of a file; the stamp was taken before, so a change meanwhile shows later."""

    stamp: Stamp
    text: bytes


SPECIAL: Final[Mapping[int, str]] = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}

HINTS: Final[Mapping[int, str]] = {
    errno.EACCES: "let the user that Portico runs as read it",
    errno.EPERM: "let the user that Portico runs as read it",
    errno.ELOOP: "the symbolic links lead in a circle",
}

GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR})


def display(path: str) -> str:
    """A path as it is told: names may hold anything, a message one line of text."""
    return path if path.isprintable() else repr(path)


def node_of(status: os.stat_result) -> Node:
    return Node(status.st_dev, status.st_ino)


def stamp_of(status: os.stat_result) -> Stamp:
    return Stamp(
        status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    )


def stamp_at(path: str) -> Stamp | None:
    """None where there is no such file to be had."""
    try:
        return stamp_of(os.stat(path))  # noqa: PTH116  # paths are plain text here
    except (OSError, ValueError):
        return None


def is_calm(stamp: Stamp, seconds: float) -> bool:
    """Whether the file has not been touched for a while."""
    return clock.now() - max(stamp.modified_ns, stamp.changed_ns) / 1e9 > seconds


def is_there(path: str) -> bool:
    """Whether there is anything of that name, be it a link to nothing."""
    return os.path.lexists(path)


def is_folder(path: str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112


def read_file(path: str) -> Content | Broken | None:
    """Its content, why it cannot be had, or None if there is nothing of that name (any more).

    Never waits for a pipe or a device.
    """
    try:
        # Looked at before it is opened: to open a device or a pipe may do something to it.
        if special := _special(os.stat(path)):  # noqa: PTH116
            return special
        return _read(path)
    except OSError as error:
        if error.errno in GONE:
            return _missing(path)
        return unreadable(error)


def unreadable(error: OSError) -> Broken:
    reason = (error.strerror or str(error)).lower()
    return Broken(0, f"cannot be read: {reason}", HINTS.get(error.errno or 0, "see the system log"))


def _read(path: str) -> Content | Broken:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if refused := _special(status) or too_large(status.st_size):
            return refused
        # One byte more than it should hold tells a file that grows without end.
        parts, left = [], LARGEST + 1
        while left and (part := file.read(min(left, max(status.st_size, 1 << 16) + 1))):
            parts.append(part)
            left -= len(part)
        return Content(stamp_of(status), b"".join(parts))


def _special(status: os.stat_result) -> Broken | None:
    if stat.S_ISREG(status.st_mode):
        return None
    what = SPECIAL.get(stat.S_IFMT(status.st_mode), "something else")
    return Broken(0, f"is {what}, not a file", "save the manifests in a regular file")


def _missing(path: str) -> Broken | None:
    try:
        target = os.readlink(path)  # noqa: PTH115
    except OSError:
        return None
    return Broken(0, f"links to {display(target)}, which is not there", "mend or remove the link")
