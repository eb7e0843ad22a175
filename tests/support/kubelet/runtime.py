"""What stands between a session and the applications of its pod."""

import asyncio
import errno
from collections.abc import Callable
from typing import Protocol

from support.kubelet.course import Client, Course
from support.kubelet.sandbox import Sandbox
from support.kubelet.terms import Terms

RESETS = (errno.EPIPE, errno.ECONNRESET)


class Dialling(Client, Protocol):
    """A client that can be told that there was no connection."""

    def failed(self, words: str) -> None: ...


class Courses(Protocol):
    """Who keeps the books of open connections."""

    def add(self, sandbox: Sandbox, course: Course) -> None: ...

    def discard(self, sandbox: Sandbox, course: Course) -> None: ...

    def is_gone(self, sandbox: Sandbox) -> bool: ...


class Runtime:
    """Of one session."""

    def __init__(
        self, sandbox: Sandbox, terms: Terms, courses: Courses, dials: asyncio.TaskGroup
    ) -> None:
        self._sandbox = sandbox
        self._terms = terms
        self._courses = courses
        self._dials = dials
        self.in_error: Callable[[int, str], str] = sandbox.in_error

    @property
    def resets(self) -> bool:
        return self._terms.resets

    @property
    def ends_bytes_first(self) -> bool:
        return self._terms.ends_bytes_first

    @property
    def pairing(self) -> float:
        return self._terms.pairing

    def start(self, port: int, client: Dialling) -> Course:
        course = Course(client, self._terms.grace, self._forget)
        self._courses.add(self._sandbox, course)
        self._dials.create_task(self._dial(port, client, course))
        return course

    async def _dial(self, port: int, client: Dialling, course: Course) -> None:
        if self._courses.is_gone(self._sandbox):
            trouble = self._sandbox.gone()
        else:
            trouble = await self._sandbox.dial(port, course)
        if trouble:
            course.give_up()
            client.failed(trouble)

    def _forget(self, course: Course) -> None:
        self._courses.discard(self._sandbox, course)


def words_of(trouble: OSError) -> str:
    """Of a connection that broke, as Go has them."""
    if trouble.errno == errno.ECONNRESET:
        return "read: connection reset by peer"
    return str(trouble.strerror or trouble).lower()
