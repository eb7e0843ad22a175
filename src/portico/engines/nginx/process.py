"""The nginx process: started, adopted, reloaded, ended. It outlives the Python process."""

import asyncio
import contextlib
import grp
import os
import pwd
import resource
import shutil
import signal
from pathlib import Path
from typing import Final

from portico.lib.atomic_file import write_atomic

PATIENCE: Final = 15.0
"""Seconds that a start or a reload may take before it counts as failed."""

PAUSE: Final = 0.02
MOST_OPEN_FILES: Final = 65536


class NginxError(Exception):
    """nginx did not do as it was told; the text says why and what to do."""


class Process:
    """One nginx master, known by the state directory it runs in."""

    def __init__(self, state: Path, *, logs_to_stdout: bool = False) -> None:
        self._state = state
        self._logs_to_stdout = logs_to_stdout
        self._conf = state / "nginx.conf"
        self._log = state / "error.log"
        self._log_read = 0  # bytes of the log from before the last start or reload

    @property
    def socket(self) -> Path:
        return self._state / "private.sock"

    def pid(self) -> int | None:
        """The master's process id, if it runs."""
        try:
            pid = int((self._state / "nginx.pid").read_text())
            title = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        # Process ids are used again: the title tells whether this one is ours.
        return pid if b"nginx: master" in title and str(self._conf).encode() in title else None

    def workers(self) -> tuple[int, ...]:
        """The process ids of the workers, old ones that still finish requests included."""
        pid = self.pid()
        if pid is None:
            return ()
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        except OSError:
            return ()
        return tuple(int(child) for child in children.split())

    def configuration(self) -> str:
        """The text of the configuration that was last put in place."""
        try:
            return self._conf.read_text()
        except FileNotFoundError:
            return ""

    async def start(self, configuration: str) -> None:
        """Start nginx. Raises NginxError where it does not come up."""
        write_atomic(self._conf, configuration.encode())
        self.socket.unlink(missing_ok=True)  # left behind by kill -9; nginx would refuse to bind
        self._mark_log()
        # Not by its own `daemon on`, which would close stdout: logs that go there would end with
        # the first reload. An orphan of its own session outlives us just as well.
        program = ("setsid", "--fork", binary(), "-g", "daemon off;")
        told = await self._run(program, ("-c", str(self._conf)))
        if "[emerg]" in told:
            raise NginxError(explain_failure(told, 1))

    async def reload(self, configuration: str) -> None:
        """Have nginx take a new configuration; a bad one is refused and changes nothing."""
        pid = self.pid()
        if pid is None:
            raise NginxError("nginx is not running")
        tried = self._conf.with_name("nginx.conf.tried")
        write_atomic(tried, configuration.encode())
        await self._run((binary(),), ("-t", "-q", "-c", str(tried)))
        tried.replace(self._conf)
        self._mark_log()
        os.kill(pid, signal.SIGHUP)

    def check_reload(self) -> None:
        """Raises NginxError once nginx has said that it keeps the old configuration.

        `nginx -t` finds most of what may be wrong, but it does not try to take ports.
        """
        with self._log.open("rb") as log:
            log.seek(self._log_read)
            told = log.read().decode(errors="replace")
        if "still could not bind()" in told:
            raise NginxError(explain_failure(told, 0))

    def reopen_logs(self) -> None:
        if pid := self.pid():
            os.kill(pid, signal.SIGUSR1)

    async def quit(self, grace: float) -> None:
        """Let requests finish for `grace` seconds, then end the rest."""
        for number, patience in ((signal.SIGQUIT, grace), (signal.SIGTERM, PATIENCE)):
            pid = self.pid()
            if pid is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    while self.pid() is not None:  # noqa: ASYNC110  # not our child: no event
                        await asyncio.sleep(PAUSE)

    def _mark_log(self) -> None:
        self._log_read = self._log.stat().st_size if self._log.exists() else 0

    async def _run(self, program: tuple[str, ...], arguments: tuple[str, ...]) -> str:
        """What nginx says until it has ended, or has started and writes to its log instead."""
        process = await asyncio.create_subprocess_exec(
            *program,
            "-p",
            f"{self._state}/",
            "-e",
            str(self._log),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=None if self._logs_to_stdout else asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            umask=0o077,
            start_new_session=True,  # Ctrl-C on our terminal is not meant for nginx
        )
        assert process.stderr
        try:
            async with asyncio.timeout(PATIENCE):
                told = (await process.stderr.read()).decode(errors="replace")
        except TimeoutError:
            raise NginxError("nginx takes too long to start") from None
        if code := await process.wait():
            raise NginxError(explain_failure(told, code))
        return told


def binary() -> str:
    """Where nginx is. Raises NginxError with what to install."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if not found:
        raise NginxError("nginx is not installed: apt-get install nginx libnginx-mod-http-lua")
    return found


def worker_user() -> str | None:
    """Who workers run as: an ordinary user where the master is root, else whoever we are."""
    if os.geteuid() != 0:
        return None
    for name in ("www-data", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return f"{name} {grp.getgrgid(user.pw_gid).gr_name}"
    return None


def open_files() -> int:
    """How many files a worker may have open, as far as this user may ask for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)


def explain_failure(told: str, code: int) -> str:
    """The first line of nginx's complaint that matters, with what to do about it."""
    lines = [line.partition("] ")[2] or line for line in told.splitlines() if "[emerg]" in line]
    reason = lines[0] if lines else (told.strip() or f"nginx ended with status {code}")
    if "Address already in use" in reason:
        return f"{reason}; another process has this port: see --http-port and --https-port"
    if "Permission denied" in reason and "bind()" in reason:
        return f"{reason}; ports below 1024 need root: see --http-port and --https-port"
    if "Cannot assign requested address" in reason:
        return f"{reason}; this machine does not have that address: see --bind"
    if "dlopen()" in reason:
        return f"{reason}; install libnginx-mod-http-lua"
    return reason
