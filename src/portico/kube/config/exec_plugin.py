"""Credentials that another program makes: a plugin, run when they are needed and no more often.

One run at a time, for all who wait. What it gave is kept until it expires, or until the server
refuses it; then the first who was refused has it run again, and the others get what that run gives.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from portico.kube.config.credentials import Headers, KeyPair, bearer
from portico.kube.config.errors import CredentialError
from portico.kube.config.exec_credential import Answer, AnswerError, read_answer
from portico.kube.config.exec_run import Plugin, run
from portico.lib import clock

PATIENCE: Final = 240.0
"""Seconds for a plugin; it may be waiting for somebody to log in with a browser."""


class ExecCredentials:
    """Is both an Authorization and an Identity."""

    def __init__(
        self, plugin: Plugin, now: Callable[[], float] = clock.now, patience: float = PATIENCE
    ) -> None:
        self._plugin = plugin
        self._now = now
        self._patience = patience
        self._answer: Answer | None = None
        # A lock and no shared task: if who waits for the plugin gives up, the next one has it run.
        self._running = asyncio.Lock()

    async def headers(self) -> Headers:
        return _headers(await self._current())

    async def key_pair(self) -> KeyPair | None:
        return (await self._current()).pair

    async def renew(self, refused: Headers) -> bool:
        async with self._running:
            if self._answer is not None and _headers(self._answer) == refused:
                self._answer = await self._run()
                return True
        # Somebody else has renewed it since.
        return await self.headers() != refused

    async def _current(self) -> Answer:
        if (answer := self._usable()) is not None:
            return answer
        async with self._running:
            if (answer := self._usable()) is None:
                answer = self._answer = await self._run()
            return answer

    def _usable(self) -> Answer | None:
        answer = self._answer
        if answer is None or (answer.expires is not None and answer.expires <= self._now()):
            return None
        return answer

    async def _run(self) -> Answer:
        output = await run(self._plugin, self._patience)
        try:
            return read_answer(self._plugin.version, output)
        except AnswerError as error:
            raise CredentialError(f"the credential plugin {self._plugin.name} {error}") from None


def _headers(answer: Answer) -> Headers:
    return bearer(answer.token) if answer.token else ()
