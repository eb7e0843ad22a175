"""Many requests at once: by wrk, or with a TLS connection for each by handshakes.py."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from bench.manifests import DOMAIN
from bench.room import LOAD

CONNECTIONS: Final = 64
PATHS: Final = 5
SCRIPT: Final = Path(__file__).with_name("load.lua")
HOST: Final = f"app-%05d.{DOMAIN}"
PATH: Final = "/p%d/x"


class Result(NamedTuple):
    """Of one round; latencies in microseconds."""

    requests: int
    us: int
    errors: int
    p50: int
    p99: int

    @property
    def rate(self) -> float:
        return self.requests / self.us * 1e6


class LoadError(Exception):
    """The client itself failed."""


def all_paths() -> list[str]:
    """What apps must serve for `requests`."""
    return [f"/p{number}" for number in range(PATHS)]


def kept(scheme: str, port: int, hosts: int, seconds: int, paths: int = PATHS) -> Result:
    """Requests over kept connections, for all hosts and paths in random order."""
    url = f"{scheme}://{HOST % 0}:{port}/"
    options = ("-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", SCRIPT)
    return _result(("wrk", *options, url, "--", HOST, hosts, PATH, paths))


def handshakes(port: int, seconds: int) -> Result:
    """Requests to one host over TLS, each on a new connection, no session resumed."""
    return _result((sys.executable, "-m", "bench.handshakes", port, HOST % 0, seconds))


def _result(command: Sequence[object]) -> Result:
    pinned = ["taskset", "-c", str(LOAD), *map(str, command)]
    return result_of(subprocess.run(pinned, capture_output=True, text=True, check=False))


def result_of(done: subprocess.CompletedProcess[str]) -> Result:
    """What a client says in its last line."""
    line = re.search(r"^result (.*)$", done.stdout, re.MULTILINE)
    if not line:
        raise LoadError(f"{done.stdout}\n{done.stderr}")
    figures = (word.partition("=") for word in line[1].split())
    return Result(**{name: int(figure) for name, _, figure in figures})
