"""A companion from outside: started, found again, ended. It outlives Portico."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from portico.engines.companion.client import CompanionError

PATIENCE: Final = 10.0
"""Seconds for a companion to start."""

MOST_LOG_BYTES: Final = 1 << 20
LAST_PATIENCE: Final = 2.0
LONGEST_SOCKET_PATH: Final = 107
"""Bytes that the address of a unix socket can hold (unix(7))."""


class Companion(NamedTuple):
    """Which program it is, and the directory it runs in; its orders hold `state` as a text."""

    name: str
    module: str
    state: Path

    @property
    def socket(self) -> Path:
        return self.state / "control.sock"

    @property
    def pid_file(self) -> Path:
        return self.state / f"{self.name}.pid"

    def prepare(self) -> None:
        """Make the directory. Raises CompanionError where a socket in it could not be reached."""
        if len(os.fsencode(self.socket)) + len(".new") > LONGEST_SOCKET_PATH:
            raise CompanionError(f"{self.state} is too long for a unix socket: shorten --state-dir")
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)

    def pid(self) -> int | None:
        """The process id, if it runs."""
        try:
            pid = int(self.pid_file.read_text())
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        # Process ids are used again: the arguments tell whether this one is ours.
        ours = (self.module.encode(), msgspec.json.encode(str(self.state)))
        return pid if all(each in arguments for each in ours) else None

    async def start(self, orders: msgspec.Struct) -> None:
        """Returns once it works. Raises CompanionError with what it said instead."""
        told, code = await self._run(msgspec.json.encode(orders).decode())
        if told != "ready":
            reason = told or f"it ended with status {code}, see {self.state / 'error.log'}"
            raise CompanionError(f"the {self.name} does not start: {reason}")

    def send(self, number: signal.Signals) -> None:
        """To the one that runs, if one does."""
        send(self.pid(), number)

    async def end(self, grace: float) -> None:
        """Wait until it has left, which takes as long as its grace; then insist."""
        pid = self.pid()
        if pid is None:
            return
        if not await has_ended(pid, grace + LAST_PATIENCE):
            send(pid, signal.SIGKILL)
            await has_ended(pid, LAST_PATIENCE)

    def clear(self) -> None:
        """Remove what only a running companion needs."""
        self.socket.unlink(missing_ok=True)
        self.pid_file.unlink(missing_ok=True)

    async def _run(self, order: str) -> tuple[str, int]:
        """What it says until it is ready, and how `setsid` ended."""
        log = self.state / "error.log"
        log.touch(mode=0o600)
        mode = "ab" if log.stat().st_size < MOST_LOG_BYTES else "wb"
        with log.open(mode) as errors:
            process = await asyncio.create_subprocess_exec(
                # Nobody's child: it does not become a zombie, and Ctrl-C is not meant for it.
                # -P: what lies in the working directory is not to be imported.
                *("setsid", "--fork", sys.executable, "-P", "-m", self.module, order),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                cwd="/",
                umask=0o077,
            )
        assert process.stdout
        try:
            async with asyncio.timeout(PATIENCE):
                told = (await process.stdout.read()).decode(errors="replace").strip()
        except TimeoutError:
            raise CompanionError(f"the {self.name} takes too long to start") from None
        return told, await process.wait()


def send(pid: int | None, number: signal.Signals) -> None:
    """A signal, to a process that may be gone."""
    with contextlib.suppress(ProcessLookupError):
        if pid is not None:
            os.kill(pid, number)


async def has_ended(pid: int, patience: float) -> bool:
    """Whether it is gone within so many seconds."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(descriptor, gone.set)
    try:
        async with asyncio.timeout(patience):
            await gone.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return True
