"""`make demo`, whoever starts it: what it prints is tried, and Ctrl-C ends it."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from live import processes
from live.ports import free_ports, is_free
from live.program import PORTICO
from live.until import until

SHOP = Path(__file__).parents[2] / "examples" / "shop"


class Demo:
    """In a session of its own, with a folder for temporary files of its own."""

    def __init__(self, root: Path) -> None:
        self.temporary = root / "tmp"
        self.temporary.mkdir()
        self.log = root / "demo.log"
        self.http, self.https, self.admin, *self.backends = free_ports(6)
        self.environment = {**os.environ, "TMPDIR": str(self.temporary)}
        self.all: set[int] = set()

    def start(
        self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        """Until it has said what to try."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                stdout=log,
                stderr=log,
                env={**self.environment, **(environment or {})},
                start_new_session=True,
            )
        until(lambda: "Ctrl-C ends it." in self.printed() or self.ended, "what to try", 120)
        assert not self.ended, self.printed()
        self.all = descendants(self.process.pid)

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def printed(self) -> str:
        return self.log.read_text()

    def commands(self) -> list[list[str]]:
        """What it says one should try."""
        lines = re.findall(r"^  ((?:curl|\S*portico) .*)$", self.printed(), re.MULTILINE)
        return [shlex.split(line, comments=True) for line in lines]

    def interrupt(self) -> None:
        """Ctrl-C, as a terminal sends it: to everybody in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)

    def assert_nothing_is_left(self) -> None:
        assert not [pid for pid in self.all if processes.is_running(pid)]
        assert not processes.of_folder(self.temporary)
        assert list(self.temporary.iterdir()) == []
        taken = [self.http, self.https, self.admin, *self.backends]
        assert [port for port in taken if not is_free(port)] == []

    def close(self) -> None:
        """Whatever has happened."""
        if not self.ended:
            self.process.kill()
            self.process.wait(30)
        for pid in self.all:
            if processes.is_running(pid):
                os.kill(pid, signal.SIGKILL)
        processes.end_all_of(self.temporary)
        sys.stdout.write(self.printed())


def try_out(command: list[str]) -> str:
    """What it answers; of a stream, the first line that holds anything."""
    if command[0] != "curl":
        command = [*PORTICO, *command[1:]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        try:
            if "-N" in command:
                return process.stdout.readline().decode()
            told = process.stdout.read().decode()
            assert process.wait(30) == 0, command
            return told
        finally:
            process.kill()


def descendants(pid: int) -> set[int]:
    """A process, its children, and theirs."""
    parents = {}
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                text = (process / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(process.name)] = int(text.rpartition(")")[2].split()[1])
    found, size = {pid}, 0
    while len(found) > size:
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found
