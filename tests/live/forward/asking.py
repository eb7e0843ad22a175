"""A client that keeps asking, one new connection after the other, and remembers what came of it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from live.until import until
from support.orders import PATIENCE, asked

PAUSE = 0.01
"""Seconds between two questions."""


class Answer(NamedTuple):
    began: float
    ended: float
    pod: str
    """That answered; nothing where none did."""
    error: str = ""


class Asking:
    """On a thread of its own."""

    def __init__(self, port: int, patience: float) -> None:
        self._port = port
        self._patience = patience
        self.answers: list[Answer] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def failures(self) -> list[Answer]:
        return [each for each in self.answers if each.error]

    def until_answered_by(self, pod: str) -> Answer:
        """The first answer of this pod."""
        until(lambda: self._first(pod), f"an answer of {pod}; last: {self.answers[-3:]}")
        found = self._first(pod)
        assert found is not None
        return found

    def until_more(self, count: int = 3) -> None:
        """So many answers from now on."""
        wanted = len(self.answers) + count
        until(lambda: len(self.answers) >= wanted, "more answers")

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join(60)
        assert not self._thread.is_alive(), "somebody waits for an answer forever"

    def _first(self, pod: str) -> Answer | None:
        return next((each for each in self.answers if each.pod == pod), None)

    def _run(self) -> None:
        while not self._is_over.wait(PAUSE):
            began = time.monotonic()
            try:
                pod, error = asked(self._port, patience=self._patience), ""
            except Exception as trouble:  # noqa: BLE001  # whatever it is, it is what a client saw
                pod, error = "", repr(trouble)
            self.answers.append(Answer(began, time.monotonic(), pod, error))


@contextmanager
def asking(port: int, patience: float = PATIENCE) -> Iterator[Asking]:
    client = Asking(port, patience)
    try:
        yield client
    finally:
        client.stop()
