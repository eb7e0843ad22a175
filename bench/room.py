"""A temporary directory and all that runs in it. Whatever happens, both end with the room."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

CORES: Final = sorted(os.sched_getaffinity(0))
PROXY: Final = CORES[0]
"""The core of whatever is measured."""
LOAD: Final = CORES[-1]
"""The core of clients and backends."""

PATIENCE: Final = 120.0
# Below the ports that the kernel hands out to clients, which come and go while we measure.
LISTENING: Final = range(20_000, 32_000)


class RoomError(Exception):
    """Something did not start; the text ends with what it said."""


class Room:
    """Made by `room()`."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._ports: set[int] = set()

    def folder(self, name: str) -> Path:
        """A new folder; workers of another user may pass through it."""
        made = self._folder / name
        made.mkdir()
        made.chmod(0o711)
        return made

    def free_port(self) -> int:
        """A port nobody listens on, never the same twice."""
        while True:
            port = random.choice(LISTENING)
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                if port not in self._ports:
                    self._ports.add(port)
                    return port

    def start(
        self,
        name: str,
        command: Sequence[object],
        *,
        cpu: int | Sequence[int],
        variables: Mapping[str, str] | None = None,
        keep: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        """Run a command until the room ends; what it says goes to NAME.log in the room."""
        cores = [cpu] if isinstance(cpu, int) else cpu
        pinned = ["taskset", "-c", ",".join(map(str, cores))]
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                [*pinned, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(variables or {})},
                pass_fds=keep,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end things in order
            )
        self._stack.callback(end, process)
        return process

    def at_end(self, call: Callable[[], None]) -> None:
        self._stack.callback(call)

    def log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def wait_for_port(self, name: str, port: int) -> None:
        """Until what was started as NAME accepts connections. Raises RoomError if it does not."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.02)
        self.give_up(name)

    def give_up(self, name: str) -> None:
        """Raise RoomError with the end of NAME's log."""
        text = self.log(name).read_text(errors="replace")[-2000:]
        raise RoomError(f"{name} did not come up\n{text}")


@contextlib.contextmanager
def room() -> Iterator[Room]:
    """A room of one's own."""
    folder = Path(tempfile.mkdtemp(prefix="portico-bench-"))
    try:
        folder.chmod(0o711)
        with contextlib.ExitStack() as stack:
            yield Room(folder, stack)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def all_cores() -> Iterator[None]:
    """For what starts meanwhile and is not pinned; by itself it would stay where clients are."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, CORES)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and make it after a while."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
