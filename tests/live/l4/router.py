"""A `portico up` on a machine of a little network, and the kernel it has programmed."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from live.program import PORTICO, Program
from live.until import until
from support.netns import How, Space, reach

TABLE = ("table", "inet", "portico")
QUIET = How(patience=0.3)
ENOUGH = 24
"""Connections of which one of two to four endpoints gets none with a chance of 1 in 1000."""


class Router(Program):
    """Its ports are those of a machine of its own: 80, 443 and 9180."""

    def __init__(self, root: Path, space: Space) -> None:
        root.mkdir(exist_ok=True)
        super().__init__(root)
        self.space = space
        self.where = space.entered
        self.http, self.https, self.admin = 80, 443, 9180
        self.defaults = ("--grace", "2", "--workers", "2", "--node-name", space.name)

    def engine(self, name: str) -> dict[str, Any]:
        """How status shows one engine."""
        return next(found for found in self.status()["engines"] if found["name"] == name)

    def kernel(self) -> dict[str, Any]:
        """What the nftables engine has counted."""
        found = self.engine("nftables")["figures"]
        assert isinstance(found, dict)
        return found

    def nft(self, *command: str, given: str = "") -> str:
        return self.space.run("nft", *command, given=given)

    def table(self) -> str:
        """Everything in our table but what connections leave in it."""
        try:
            return self.nft("list", *TABLE)
        except OSError:
            return ""

    def cli(self, *arguments: str) -> str:
        """What a `portico` command says to somebody on this machine."""
        with self.space.entered():
            done = subprocess.run(
                [*PORTICO, *arguments], capture_output=True, text=True, timeout=60, check=False
            )
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout + done.stderr


def names(
    space: Space, address: str, port: int, count: int = ENOUGH, kind: str = "tcp"
) -> set[str]:
    """Who answers so many connections in a row; why not, where nobody does."""
    found = [reach(space, kind, address, port) for _ in range(count)]
    return {told.name or told.end for told in found}


def until_reached(space: Space, address: str, port: int, *wanted: str, kind: str = "tcp") -> None:
    """Until these answer, all of them and nobody else."""
    last: set[str] = set()

    def is_so() -> bool:
        last.clear()
        for _ in range(ENOUGH):
            found = reach(space, kind, address, port, QUIET)
            last.add(found.name or found.end)
            if not last <= set(wanted):
                return False
        return last == set(wanted)

    try:
        until(is_so, "an answer")
    except AssertionError:
        asked = f"{kind}://{address}:{port}"
        raise AssertionError(f"{asked} is answered by {last}, not by {wanted}") from None


def end(space: Space, address: str, port: int, kind: str = "tcp") -> str:
    """What becomes of one connection of which no answer is expected."""
    return reach(space, kind, address, port, QUIET).end


@contextmanager
def untouched(router: Router) -> Iterator[None]:
    """Somebody else's table, which nobody but its owner may change."""
    text = (
        "table inet other { set friends { type ipv4_addr; elements = { 192.0.2.99 } }\n"
        " chain in { type filter hook input priority 0; ip saddr @friends counter drop\n }\n}\n"
    )
    router.nft("-f", "-", given=text)
    before = router.nft("-a", "list", "table", "inet", "other")
    yield
    assert router.nft("-a", "list", "table", "inet", "other") == before
