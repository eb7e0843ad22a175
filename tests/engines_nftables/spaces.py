"""Network namespaces of a test's own, used from within this process.

A socket belongs to the namespace its thread was in when it was made; so a test enters a namespace,
opens a socket, and leaves again.
"""

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

CLONE_NEWNET = 0x40000000
TOOLS = ("ip", "nft", "conntrack", "setpriv", "sysctl")
_LIBC = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count(1)


def what_is_missing() -> str:
    """Why there can be no namespaces here, or nothing."""
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        return f"not installed: {' '.join(missing)}"
    name = f"ptest-{os.getpid()}-0"
    made = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True)
    if made.returncode:
        return f"network namespaces need root: {made.stderr.decode().strip()}"
    subprocess.run(["ip", "netns", "delete", name], check=True)
    return ""


MISSING = what_is_missing()
needs_namespaces = pytest.mark.skipif(bool(MISSING), reason=MISSING or "there are namespaces")


class Space:
    """One network namespace."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.run("ip", "link", "set", "lo", "up")

    def run(self, *command: str) -> str:
        """The output of a program that runs in there; it must succeed."""
        whole = ["ip", "netns", "exec", self.name, *command]
        done = subprocess.run(whole, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    def nft(self, *command: str) -> str:
        return self.run("nft", "--numeric", *command)

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """This thread, and those it starts, are in the namespace for a while."""
        mine = Path("/proc/thread-self/ns/net")
        with mine.open() as home, Path("/run/netns", self.name).open() as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())


@contextlib.contextmanager
def new_space(label: str) -> Iterator[Space]:
    name = f"ptest-{os.getpid()}-{next(_numbers)}-{label}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield Space(name)
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


def join(one: Space, its: list[str], other: Space, others: list[str]) -> None:
    """A cable between two namespaces, with these addresses at its ends."""
    name = f"v{os.getpid() % 100000}x{next(_numbers)}"
    ends = [(one, f"{name}a", its), (other, f"{name}b", others)]
    command = ["link", "add", ends[0][1], "type", "veth", "peer", "name", ends[1][1]]
    subprocess.run(["ip", *command, "netns", other.name], check=True)
    subprocess.run(["ip", "link", "set", ends[0][1], "netns", one.name], check=True)
    for space, device, addresses in ends:
        space.run("ip", "link", "set", device, "up")
        for address in addresses:
            extra = ["nodad"] if ":" in address else []
            space.run("ip", "address", "add", address, "dev", device, *extra)


def _enter(descriptor: int) -> None:
    if _LIBC.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
