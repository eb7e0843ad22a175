"""Which program of this machine has a port. For a message: what cannot be read is left out."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")

_LISTENING: Final = "0A"
_ADDRESS, _STATE, _INODE = 1, 3, 9


def holder_of(port: int) -> str:
    """`python3 (process 4711)`, or nothing if it is somebody else's or no longer there."""
    inodes = {f"socket:[{inode}]" for inode in _listening(port)}
    if not inodes:
        return ""
    for process in PROC.iterdir():
        if process.name.isdecimal() and inodes & set(_sockets(process)):
            return f"{_name(process)} (process {process.name})"
    return ""


def _listening(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        try:
            lines = (PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue  # a kernel without the family
        for line in lines:
            fields = line.split()
            number = int(fields[_ADDRESS].rpartition(":")[2], 16)
            if number == port and fields[_STATE] == _LISTENING:
                yield fields[_INODE]


def _sockets(process: Path) -> Iterator[str]:
    try:
        descriptors = list((process / "fd").iterdir())
    except OSError:
        return  # somebody else's process, or one that has just ended
    for descriptor in descriptors:
        try:
            yield str(descriptor.readlink())
        except OSError:
            continue


def _name(process: Path) -> str:
    try:
        name = (process / "comm").read_text().strip()
    except OSError:
        name = ""
    return name if name.isprintable() and name else os.fspath(process)
