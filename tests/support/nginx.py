"""A real nginx of a test's own, run by the engine."""

import asyncio
import contextlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from portico.engines.contract import Figures, Report
from portico.engines.nginx import Nginx, Options
from portico.plan.plan import Diff, Plan
from support.client import PATIENCE
from support.ports import free_port


class Live:
    """The engine and its nginx, spoken to from code that is not asynchronous."""

    def __init__(self, **options: Any) -> None:
        # Not tmp_path: the path of a unix socket may have 107 bytes only.
        self.state = Path(tempfile.mkdtemp(prefix="portico-"))
        self.options = Options(
            **{
                "state": self.state / "nginx",
                "bind": ("127.0.0.1",),
                "http_port": free_port(),
                "https_port": free_port(),
                "redirect_port": 443,
                "workers": 2,
                "grace": 2.0,
                "plan_memory": 32,
                **options,
            }
        )
        self.runner = asyncio.Runner()
        self.engine = Nginx(self.options)

    @property
    def http_port(self) -> int:
        return self.options.http_port

    @property
    def https_port(self) -> int:
        return self.options.https_port

    @property
    def folder(self) -> Path:
        """The engine's own state directory."""
        return self.options.state

    def converge(self, plan: Plan, hint: Diff | None = None) -> Report:
        return self.runner.run(self.engine.converge(plan, hint))

    def serve(self, plan: Plan, hint: Diff | None = None) -> Figures:
        """Converge, and be sure that it went well."""
        report = self.converge(plan, hint)
        assert report.in_sync, report.detail
        return report.figures

    def inspect(self) -> Figures:
        return self.runner.run(self.engine.inspect())

    def take_over(self, **options: Any) -> None:
        """A new engine on the same state, as after a restart of Portico; nginx goes on."""
        self.runner.run(self.engine.close(keep=True))
        self.options = replace(self.options, **options)
        self.engine = Nginx(self.options)

    def restart(self) -> None:
        """nginx dies, and is started by somebody else with the same configuration."""
        self.kill()
        self.run("-c", str(self.folder / "nginx.conf"))

    def run(self, *arguments: str) -> None:
        """nginx, started by hand."""
        (self.folder / "private.sock").unlink(missing_ok=True)
        errors = str(self.folder / "error.log")
        binary = shutil.which("nginx") or "/usr/sbin/nginx"
        command = [binary, "-p", f"{self.folder}/", "-e", errors, *arguments]
        nothing = subprocess.DEVNULL
        subprocess.run(
            command, stdin=nothing, stdout=nothing, stderr=nothing, check=True,
            timeout=PATIENCE, start_new_session=True, umask=0o077,
        )  # fmt: skip

    def pids(self) -> set[int]:
        """The master and its workers, as the engine tells them."""
        figures = self.inspect()
        workers = {int(pid) for pid in str(figures["workers"]).split()}
        return workers | {int(figures["master"])} - {0}

    def kill(self) -> None:
        """SIGKILL to the master and the workers; first the master, or it starts new ones."""
        pids = self.pids()
        _kill_nginx(int(self.inspect()["master"]))
        for pid in pids:
            _kill_nginx(pid)

    def close(self) -> None:
        """Whatever happened: afterwards there is no process and no folder any more."""
        with contextlib.ExitStack() as rest:
            rest.callback(shutil.rmtree, self.state)
            rest.callback(self._kill_what_is_left)
            rest.callback(self.runner.close)
            self.runner.run(self.engine.close(keep=False))

    def _kill_what_is_left(self) -> None:
        while left := _nginx_of(self.state):  # a master replaces a worker that is killed first
            for pid in left:
                _kill_nginx(pid)


@contextmanager
def running_nginx(**options: Any) -> Iterator[Live]:
    live = Live(**options)
    try:
        yield live
    finally:
        live.close()


def wait_for_end(pid: int) -> None:
    """Until a process that need not be our child is gone."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            ended, _, _ = select.select([handle], [], [], PATIENCE)
        finally:
            os.close(handle)
        assert ended, f"process {pid} does not end"


def _nginx_of(state: Path) -> list[int]:
    """Every process that still writes to a log in there, also those that lost their master."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "fd" / "2").readlink().is_relative_to(state):
                found.append(int(process.name))
    return found


def _kill_nginx(pid: int) -> None:
    """A process may be gone, and its number somebody else's."""
    with contextlib.suppress(OSError):
        if b"nginx: " in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
            wait_for_end(pid)
