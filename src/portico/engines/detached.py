"""Processes that outlive Portico: started, adopted, ended. Each is known by its state directory."""

import asyncio
import contextlib
import functools
import hashlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

LONGEST_SOCKET_PATH: Final = 107
"""Bytes that the address of a unix socket can hold (unix(7))."""

START_PATIENCE: Final = 10.0
LAST_PATIENCE: Final = 2.0
MOST_LOG_BYTES: Final = 1 << 20


class DetachedError(Exception):
    """A process did not come up, or cannot be spoken to; the text says why and what to do."""


class Detached:
    """One `python -m MODULE ORDERS` that runs in `state` under a short name."""

    def __init__(self, module: str, state: Path, name: str) -> None:
        self._module = module
        self._state = state
        self._name = name

    @property
    def socket(self) -> Path:
        return self._state / f"{self._name}.sock"

    def pid(self) -> int | None:
        """The process id, if it runs."""
        try:
            pid = int((self._state / f"{self._name}.pid").read_text())
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        # Process ids are used again: the arguments tell whether this one is ours.
        ours = (self._module.encode(), os.fsencode(self._state))
        return pid if all(each in arguments for each in ours) else None

    async def start(self, orders: str) -> None:
        """Returns once it says `ready`. `orders` is one argument, and names the state directory.

        Raises DetachedError where it does not come up, OSError where the directory is unusable.
        """
        if len(os.fsencode(self.socket)) + len(".new") > LONGEST_SOCKET_PATH:
            raise DetachedError(f"{self._state} is too long for a unix socket: shorten --state-dir")
        # -P: what lies in the working directory is not to be imported.
        command = (sys.executable, "-P", "-m", self._module, orders)
        told, code = await self._run(command)
        if told != "ready":
            log = self._state / f"{self._name}.log"
            reason = told or f"it ended with status {code}, see {log}"
            raise DetachedError(f"the process {self._name} does not start: {reason}")

    async def end(self, grace: float) -> None:
        """Wait so many seconds for it to leave by itself; then insist."""
        pid = self.pid()
        if pid is None or await has_ended(pid, grace):
            return
        for insistence in (signal.SIGTERM, signal.SIGKILL):
            tell(pid, insistence)
            if await has_ended(pid, LAST_PATIENCE):
                return

    def clear(self) -> None:
        """Remove what only a running process needs."""
        self.socket.unlink(missing_ok=True)
        (self._state / f"{self._name}.pid").unlink(missing_ok=True)

    async def _run(self, command: Sequence[str]) -> tuple[str, int]:
        """What it says until it is ready, and how `setsid` ended."""
        log = self._state / f"{self._name}.log"
        log.touch(mode=0o600)
        mode = "ab" if log.stat().st_size < MOST_LOG_BYTES else "wb"
        with log.open(mode) as errors:
            process = await asyncio.create_subprocess_exec(
                # Nobody's child: it does not become a zombie, and Ctrl-C is not meant for it.
                *("setsid", "--fork", *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                cwd="/",
                umask=0o077,
            )
        assert process.stdout
        try:
            async with asyncio.timeout(START_PATIENCE):
                told = (await process.stdout.read()).decode(errors="replace").strip()
        except TimeoutError:
            raise DetachedError(f"the process {self._name} takes too long to start") from None
        return told, await process.wait()


def tell(pid: int | None, number: signal.Signals) -> None:
    """Send a signal to whoever is still there."""
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


@functools.cache
def code_of(folder: Path) -> bytes:
    """A digest of the Python that runs and of the files below a folder, as old as this process."""
    digest = hashlib.blake2b(sys.version.encode(), digest_size=12)
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()
