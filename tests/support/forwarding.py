"""A program that forwards ports, as its users start it and read it: kubectl, or portico."""

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from live.until import until

FORWARDS = re.compile(r"Forwarding from (\[?[\w.:]+?\]?):(\d+) -> (\d+)")
HANDLES = "Handling connection for "


class Forwarding:
    """The process; what it says is read as it comes."""

    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [str(word) for word in command], text=True, env={**os.environ, **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=_read, args=(stream, lines), daemon=True)
            for stream, lines in (
                (self._process.stdout, self.out),
                (self._process.stderr, self.err),
            )
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    @property
    def local(self) -> dict[int, int]:
        """Of every port of the pod the one that listens here."""
        found = (FORWARDS.match(line) for line in self.out)
        return {int(each[3]): int(each[2]) for each in found if each}

    @property
    def handled(self) -> int:
        """How many connections it has told of."""
        return sum(line.startswith(HANDLES) for line in self.out)

    def until_listening(self, *, lines: int = 1) -> "Forwarding":
        """Until it has said so often that it forwards from somewhere."""
        until(lambda: self._listening() >= lines or self.code is not None, "a listener")
        assert self.code is None, (self.code, self.out, self.err)
        return self

    def ended(self, patience: float = 30.0) -> int:
        """The code with which it ends by itself; all that it said has been read then."""
        code = self._process.wait(patience)
        for reader in self._readers:
            reader.join(patience)
        return code

    def interrupted(self) -> int:
        return self.signalled(signal.SIGINT)

    def signalled(self, number: int) -> int:
        self._process.send_signal(number)
        return self.ended()

    def close(self) -> None:
        if self.code is None:
            self._process.kill()
        self.ended()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    def _listening(self) -> int:
        return sum(FORWARDS.match(line) is not None for line in list(self.out))


@contextmanager
def forwarding(command: Sequence[str | Path], **environment: str) -> Iterator[Forwarding]:
    process = Forwarding(command, environment)
    try:
        yield process
    finally:
        process.close()


def _read(stream: IO[str] | None, lines: list[str]) -> None:
    assert stream is not None
    with contextlib.suppress(ValueError):  # closed
        for line in stream:
            lines.append(line.rstrip("\n"))  # noqa: PERF401  # each as it comes
