"""The `portico` command, as a shell runs it."""

import base64
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from typing import NamedTuple

from live.program import PORTICO

PATIENCE = 60


class Done(NamedTuple):
    code: int
    out: str
    err: str


def portico(*arguments: str, environment: Mapping[str, str] | None = None) -> Done:
    """Runs to its end, with its output in pipes."""
    done = subprocess.run(
        [*PORTICO, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def portico_on_a_terminal(*arguments: str) -> str:
    """What somebody who sits in front of it would see."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [*PORTICO, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
        )
        os.close(theirs)
        told = b""
        while part := _read(ours):
            told += part
        process.wait(PATIENCE)
    finally:
        os.close(ours)
    return told.decode()


def imported(*arguments: str) -> set[str]:
    """The top-level modules that a command has imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *PORTICO[1:], *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    names = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines())
    return {name.partition(".")[0] for name in names}


def assert_no_key(text: str, key: bytes) -> None:
    """Neither as PEM, nor the lines of it, nor as a Secret holds it."""
    assert "PRIVATE KEY" not in text
    lines = [line for line in key.decode().splitlines() if "-----" not in line]
    assert lines
    assert not any(line in text for line in lines)
    encoded = base64.b64encode(key).decode()
    assert not any(encoded[at : at + 24] in text for at in range(40, len(encoded) - 24, 24))


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how a terminal says that nobody is at the other end
        return b""
