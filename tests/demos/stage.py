"""One demo, as `make demo-…` runs it, and whether anything is left of it."""

import contextlib
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from live import processes
from live.until import until
from support.netns import ROOT

PATIENCE = 120.0
COMMAND = (sys.executable, "-m", "examples.demo")


class Demo:
    """In a session, with names and with a folder for temporary files of its own."""

    def __init__(self, folder: Path, example: str, *options: str) -> None:
        self.prefix = f"d{os.getpid()}"
        self.temporary = folder / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self.log = folder / "demo.log"
        self._command = (*COMMAND, example, "--prefix", self.prefix, *options)

    def start(self, *, someone_watches: bool = False) -> None:
        """Someone who watches sits at a terminal."""
        watcher, terminal = pty.openpty() if someone_watches else (-1, -1)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                stdin=terminal if someone_watches else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "TMPDIR": str(self.temporary)},
                start_new_session=True,
            )
        self._handles = [handle for handle in (watcher, terminal) if handle >= 0]

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def until_it_says(self, text: str) -> None:
        until(lambda: text in self.printed() or self.has_ended(), text, PATIENCE)
        assert text in self.printed(), self.printed()

    def printed(self) -> str:
        return self.log.read_text()

    def commands(self) -> list[list[str]]:
        """What it says one should try, without the sudo that a test has no need of."""
        lines = re.findall(r"^  ((?:sudo )?ip .*)$", self.printed(), re.MULTILINE)
        return [shlex.split(line.removeprefix("sudo ")) for line in lines]

    def interrupt(self) -> None:
        """Ctrl-C, as a terminal sends it: to everybody in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)

    def namespaces(self) -> list[str]:
        """Those it has made."""
        listed = subprocess.run(["ip", "netns"], check=True, capture_output=True, text=True)
        names = [line.split()[0] for line in listed.stdout.splitlines() if line]
        return [name for name in names if name.startswith(f"{self.prefix}-")]

    def assert_nothing_is_left(self) -> None:
        assert self.namespaces() == []
        assert processes.of_folder(self.temporary) == {}
        assert list(self.temporary.iterdir()) == []
        assert not Path(f"/run/portico-{self.prefix}.lock").exists()

    def close(self) -> None:
        """Whatever has happened."""
        for handle in self._handles:
            os.close(handle)
        if not self.has_ended():
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            self.process.kill()
            self.process.wait(30)
        sys.stdout.write(self.printed())


def answer(command: list[str]) -> str:
    """What it printed, whatever its exit code."""
    done = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=30
    )
    return done.stdout + done.stderr
