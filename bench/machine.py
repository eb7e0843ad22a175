"""What was measured on, and with."""

import datetime
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from portico.lib import clock

PROGRAMS: Final = (
    ("nginx", ("-v",), r"nginx/(\S+)"),
    ("haproxy", ("-v",), r"version (\S+)"),
    ("envoy", ("--version",), r"/(\d+\.\d+\.\d+)/"),
    ("caddy", ("version",), r"v(\S+)"),
    ("wrk", ("-v",), r"wrk \S*?(\d\S*)"),
    ("iperf3", ("--version",), r"iperf (\S+)"),
    ("nft", ("--version",), r"v(\S+)"),
)


def beside(name: str) -> str | None:
    """A program on the PATH or in the environment of this Python."""
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


def description() -> str:
    """One line: the date, the kernel, the cores, and all versions."""
    today = datetime.datetime.fromtimestamp(clock.now(), datetime.UTC).date()
    versions = ", ".join(f"{name} {_version(name, args, form)}" for name, args, form in PROGRAMS)
    cores = os.cpu_count()
    python = platform.python_version()
    return f"{today}; kernel {platform.release()}, {cores} cores; Python {python}, {versions}"


def _version(name: str, arguments: Sequence[str], form: str) -> str:
    program = beside(name)
    if program is None:
        return "missing"
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    found = re.search(form, done.stdout + done.stderr)
    return found[1] if found else "unknown"
