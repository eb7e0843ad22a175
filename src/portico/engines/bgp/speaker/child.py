"""A daemon that is not ours: started so that it outlives us, found again, ended."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from portico.engines.companion.process import has_ended, send

MOST_LOG_BYTES: Final = 1 << 20
GRACE: Final = 5.0


class Child:
    """Known by the pid file in `home`; `mark` is in its arguments, and in nobody else's."""

    def __init__(self, home: Path, name: str, mark: str, died: Callable[[], None]) -> None:
        self._pid_file = home / f"{name}.pid"
        self._log = home / f"{name}.log"
        self._mark = mark.encode()
        self._died = died
        self._process: subprocess.Popen[bytes] | None = None  # if we have started it
        self._watched: int | None = None

    @property
    def log(self) -> Path:
        return self._log

    def pid(self) -> int | None:
        """The process id, if it runs."""
        if self._process is not None:
            return self._process.pid if self._process.poll() is None else None
        try:
            pid = int(self._pid_file.read_text())
            return pid if self._mark in Path(f"/proc/{pid}/cmdline").read_bytes() else None
        except (OSError, ValueError):
            return None

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Raises OSError."""
        self._forget()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # made of paths of ours
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        self._pid_file.write_text(f"{self._process.pid}\n")
        self.watch()

    def watch(self) -> None:
        """Have `died` called when it ends."""
        pid = self.pid()
        if self._watched is None and pid is not None:
            with contextlib.suppress(ProcessLookupError):
                self._watched = os.pidfd_open(pid)
                asyncio.get_running_loop().add_reader(self._watched, self._end_seen)

    def signal(self, number: signal.Signals) -> None:
        send(self.pid(), number)

    async def end(self) -> None:
        """SIGTERM, and SIGKILL where that is not enough."""
        for insistence in (signal.SIGTERM, signal.SIGKILL):
            pid = self.pid()
            if pid is None:
                break
            send(pid, insistence)
            await has_ended(pid, GRACE)
        self._forget()
        self._pid_file.unlink(missing_ok=True)

    def let_go(self) -> None:
        """It goes on without us."""
        self._unwatch()

    def cut_log(self) -> None:
        """A peer that comes and goes for years must not fill a disk."""
        with contextlib.suppress(OSError):
            if self._log.stat().st_size > MOST_LOG_BYTES:
                os.truncate(self._log, 0)

    def _end_seen(self) -> None:
        self._unwatch()
        self._died()

    def _forget(self) -> None:
        self._unwatch()
        if self._process is not None:
            self._process.poll()
            self._process = None

    def _unwatch(self) -> None:
        if self._watched is not None:
            asyncio.get_running_loop().remove_reader(self._watched)
            os.close(self._watched)
            self._watched = None
