"""One demo at a time has the names of its namespaces, and what a killed one left behind goes."""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 5.0


class StageError(Exception):
    """The demo cannot go on; the text says why."""


@contextlib.contextmanager
def alone(prefix: str) -> Iterator[None]:
    """Before and after this there is no namespace `PREFIX-…`, and no program in one."""
    lock = Path(f"/run/portico-{prefix}.lock")
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StageError("another demo is running; end it, or use --prefix") from None
        _remove_all(prefix)
        try:
            yield
        finally:
            _remove_all(prefix)
            lock.unlink()


def end_programs(prefix: str) -> None:
    """Whatever runs in our namespaces. Once their names are gone, nobody would find it."""
    for name in _namespaces(prefix):
        _end_all_of(name)


def _remove_all(prefix: str) -> None:
    end_programs(prefix)
    for name in _namespaces(prefix):
        _ip("netns", "delete", name)


def _namespaces(prefix: str) -> list[str]:
    names = (line.split()[0] for line in _ip("netns", "list").splitlines() if line)
    return [name for name in names if name.startswith(f"{prefix}-")]


def _end_all_of(namespace: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while pids := _ip("netns", "pids", namespace).split():
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        if time.monotonic() > deadline:
            raise StageError(f"processes {' '.join(pids)} of {namespace} do not end")
        time.sleep(0.02)


def _ip(*words: str) -> str:
    # In a session of its own: Ctrl-C ends the demo, and not what it cleans up with.
    done = subprocess.run(
        ["ip", *words], check=False, capture_output=True, text=True, start_new_session=True
    )
    if done.returncode:
        raise StageError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout
