"""Network namespaces by file descriptor: they are gone when the last holder ends, even by SIGKILL.

A thread enters a namespace for a moment. What it makes there belongs to that namespace for good:
sockets stay usable from everywhere, and processes (and threads!) started there live there.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

CLONE_NEWNET: Final = 0x40000000
_OURS: Final = "/proc/thread-self/ns/net"

_libc = ctypes.CDLL(None, use_errno=True)


def new_namespace() -> int:
    """A namespace that nobody else knows, as a file descriptor."""
    before = os.open(_OURS, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _checked(_libc.unshare(CLONE_NEWNET), "a new network namespace")
        made = os.open(_OURS, os.O_RDONLY | os.O_CLOEXEC)
        _checked(_libc.setns(before, CLONE_NEWNET), "the namespace left before")
    finally:
        os.close(before)
    return made


def move_to(path: str) -> None:
    """The calling thread is in that namespace from now on."""
    there = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _checked(_libc.setns(there, CLONE_NEWNET), path)
    finally:
        os.close(there)


@contextmanager
def entered(path: str) -> Iterator[None]:
    """The calling thread is in that namespace for as long; no `await` and no new thread in here."""
    before = os.open(_OURS, os.O_RDONLY | os.O_CLOEXEC)
    try:
        move_to(path)
        try:
            yield
        finally:
            _checked(_libc.setns(before, CLONE_NEWNET), "the namespace left before")
    finally:
        os.close(before)


def what_is_missing() -> str:
    """Why there can be no namespaces here; empty if there can."""
    if not any(Path(folder, "ip").exists() for folder in (*os.get_exec_path(), "/sbin")):
        return "the command ip (iproute2) is missing"
    try:
        os.close(new_namespace())
    except OSError as error:
        return f"no network namespaces (CAP_SYS_ADMIN and CAP_NET_ADMIN are needed): {error}"
    return ""


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
