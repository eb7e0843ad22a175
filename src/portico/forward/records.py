"""What is known of forwards that run in the background: a file for each, for this user alone."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from portico.forward.errors import ForwardError
from portico.forward.told import Listening
from portico.lib import clock
from portico.lib.atomic_file import write_atomic

PREFIX: Final = "forward-"
LOGS_STAY: Final = 86400.0
"""Seconds that the log of one that was killed is left for somebody to read."""

_START_TIME: Final = 21
"""Which word of /proc/PID/stat it is."""


class Record(Struct, frozen=True, rename="camel"):
    """One process. `born` is when the kernel says it started: numbers of processes come again."""

    pid: int
    born: str
    since: float
    """Seconds since the epoch."""
    origin: str
    """The context, or the folder."""
    targets: tuple[str, ...]
    listening: tuple[Listening, ...]
    socks: str = ""
    log: str = ""
    """The file with what it says."""

    @property
    def is_running(self) -> bool:
        return born(self.pid) == self.born != ""


def folder() -> Path:
    """Made if need be. Raises ForwardError where somebody else could have put things into it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    name = "portico" if runtime else f"portico-{os.getuid()}"
    path = Path(runtime or tempfile.gettempdir(), name)
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        hint = "XDG_RUNTIME_DIR says so; unset it, or name a folder of this user" if runtime else ""
        raise ForwardError(f"{path} cannot be used: {error.strerror}", hint) from None
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not is_ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise ForwardError(f"{path} is not for this user alone", "remove it, or chmod 700 it")
    return path


def keep(record: Record) -> Path:
    """For as long as it runs; whoever keeps it removes it."""
    path = folder() / f"{PREFIX}{record.pid}.json"
    write_atomic(path, msgspec.json.encode(record), mode=0o600)
    return path


def log_of(place: Path, pid: int) -> Path:
    """Where the process of that number writes what it says."""
    return place / f"{PREFIX}{pid}.log"


def remove_old_logs(place: Path) -> None:
    """Of processes that were killed. They say nothing more."""
    for path in place.glob(f"{PREFIX}*.log"):
        has_record = path.with_suffix(".json").exists()
        if not has_record and clock.now() - path.lstat().st_mtime > LOGS_STAY:
            path.unlink(missing_ok=True)


def running() -> list[Record]:
    """By the time they were started. What those have left that were killed is removed."""
    found = []
    for path in folder().glob(f"{PREFIX}*.json"):
        record = _read(path)
        if record and record.is_running:
            found.append(record)
        else:
            path.unlink(missing_ok=True)
    return sorted(found, key=lambda record: (record.since, record.pid))


def born(pid: int) -> str:
    """Empty for a process that is not there any more."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The second word is in parentheses, and may be anything.
    words = text.rpartition(")")[2].split()
    is_dead = words[0] in ("Z", "X")
    return "" if is_dead else words[_START_TIME - 2]


def chosen(records: list[Record], names: tuple[str, ...]) -> Iterator[Record]:
    """Those of a process, or with a target. Raises ForwardError for a name that means nobody."""
    for name in names:
        found = [each for each in records if name == str(each.pid) or name in each.targets]
        if not found:
            raise ForwardError(f"nothing that runs in the background is called {name}")
        yield from found


def _read(path: Path) -> Record | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
