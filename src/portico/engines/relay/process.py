"""The relay process: started, adopted, ended. It outlives Portico."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.relay.client import PATIENCE, RelayError
from portico.engines.relay.orders import Orders
from portico.engines.relay.port import is_free

MODULE: Final = "portico.engines.relay"
MOST_LOG_BYTES: Final = 1 << 20
LAST_PATIENCE: Final = 2.0
PAUSE: Final = 0.02


class Process:
    """One relay, known by the state directory it runs in."""

    def __init__(self, state: Path) -> None:
        self._state = state

    @property
    def socket(self) -> Path:
        return self._state / "control.sock"

    def pid(self) -> int | None:
        """The process id, if it runs."""
        try:
            pid = int((self._state / "relay.pid").read_text())
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        # Process ids are used again: the arguments tell whether this one is ours.
        ours = (MODULE.encode(), msgspec.json.encode(str(self._state)))
        return pid if all(each in arguments for each in ours) else None

    async def start(self, orders: Orders) -> None:
        """Returns once clients are taken; one that ran before finishes what it has begun.

        Raises RelayError where it does not come up.
        """
        told, code = await self._run(msgspec.json.encode(orders).decode())
        if told == "ready":
            return
        if "Address already in use" in told:
            port = self._state / "port"
            raise RelayError(
                f"port {orders.port} of the relay is taken by another program: "
                f"end that, or remove {port} and restart, so that another port is chosen"
            )
        reason = told or f"it ended with status {code}, see {self._state / 'error.log'}"
        raise RelayError(f"the relay does not start: {reason}")

    def tell_to_leave(self) -> None:
        """For one that cannot be spoken to."""
        _signal(self.pid(), signal.SIGTERM)

    async def make_way(self, port: int) -> None:
        """Have one that cannot be spoken to leave its port; it may finish what it has begun."""
        pid = self.pid()
        _signal(pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_PATIENCE):
                while not is_free(port):  # noqa: ASYNC110  # no event tells
                    await asyncio.sleep(PAUSE)
                return
        _signal(pid, signal.SIGKILL)  # it hangs, and with it all that it has begun
        if pid is not None:
            await _has_ended(pid, LAST_PATIENCE)

    async def end(self, grace: float) -> None:
        """Wait until it has left, which takes as long as its grace; then insist."""
        pid = self.pid()
        if pid is None:
            return
        if not await _has_ended(pid, grace + LAST_PATIENCE):
            _signal(pid, signal.SIGKILL)
            await _has_ended(pid, LAST_PATIENCE)

    def clear(self) -> None:
        """Remove what only a running relay needs."""
        self.socket.unlink(missing_ok=True)
        (self._state / "relay.pid").unlink(missing_ok=True)

    async def _run(self, order: str) -> tuple[str, int]:
        """What it says until it is ready, and how `setsid` ended."""
        log = self._state / "error.log"
        mode = "ab" if not log.exists() or log.stat().st_size < MOST_LOG_BYTES else "wb"
        with log.open(mode) as errors:
            process = await asyncio.create_subprocess_exec(
                # Nobody's child: it does not become a zombie, and Ctrl-C is not meant for it.
                # -P: what lies in the working directory is not to be imported.
                *("setsid", "--fork", sys.executable, "-P", "-m", MODULE, order),
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
            raise RelayError("the relay takes too long to start") from None
        return told, await process.wait()


def _signal(pid: int | None, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if pid is not None:
            os.kill(pid, number)


async def _has_ended(pid: int, patience: float) -> bool:
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
