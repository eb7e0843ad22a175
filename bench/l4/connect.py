"""Many new TCP connections, each for one short request: by wrk, in the client's namespace."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from bench.l4 import box
from bench.l4.street import Street
from bench.load import Result, result_of

SCRIPT: Final = Path(__file__).with_name("connect.lua")
THREADS: Final = 4
AT_ONCE: Final = 32


class Round(NamedTuple):
    """What the client saw, and what the whole machine spent on each connection."""

    result: Result
    cpu_us: float


def connect(street: Street, addresses: Sequence[str], port: int, seconds: int) -> Round:
    """Connections to these addresses in equal parts."""
    options = (f"-t{THREADS}", f"-c{AT_ONCE}", f"-d{seconds}s", "-H", "Connection: close")
    command = ("wrk", *options, "-s", SCRIPT, f"http://{addresses[0]}:{port}/")
    before = box.busy()
    done = street.run(street.client, command, {"ADDRESSES": " ".join(addresses)})
    spent = box.busy() - before
    result = result_of(done)
    return Round(result, spent * 1e6 / max(1, result.requests))
