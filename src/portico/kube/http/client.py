"""Asks one API server: the only door to the network that the layers above have.

    async with Client(access) as client, client.request(Request("GET", "/version")) as response:
        body = await response.read()

One client is for any number of tasks. A question gets a connection of its own, kept or new; one
whose answer was not read to the end is closed, which is how a watch ends.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Final, Self

from portico.kube.config.access import Access
from portico.kube.config.credentials import Headers
from portico.kube.config.errors import KubeError
from portico.kube.http.connection import Connection, Head, StaleError
from portico.kube.http.dial import dial
from portico.kube.http.errors import AnswerError, answer_error
from portico.kube.http.heads import Heads
from portico.kube.http.pipe import Pipe
from portico.kube.http.pool import Pool
from portico.kube.http.request import IDEMPOTENT, Request
from portico.kube.http.response import Response
from portico.kube.http.tls import TlsContexts

LONGEST_COMPLAINT: Final = 1 << 20
"""Bytes of the body of an answer that is an error."""


class Client:
    """Has the connections to one server, and what is known of who we are."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._heads = Heads(access)
        self._pool = Pool()
        self._contexts = TlsContexts(access.trust, access.identity)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Those that are in use are closed by who uses them."""
        await self._pool.close()

    @asynccontextmanager
    async def request(self, request: Request) -> AsyncIterator[Response]:
        """The answer, if it is a good one. Raises KubeError, AnswerError for a bad one."""
        connection, head = await self._ask(request)
        try:
            yield self._response(connection, head, request)
        finally:
            self._pool.give_back(connection)

    async def read(self, request: Request) -> bytes:
        """The whole body of the answer. Raises KubeError."""
        async with self.request(request) as response:
            return await response.read()

    @asynccontextmanager
    async def upgrade(self, request: Request) -> AsyncIterator[tuple[Pipe, Response, bytes]]:
        """Another protocol on the same connection, after a 101.

        Gives the pipe, the head of the answer, and what of the other protocol has come with it. Any
        other answer is an error. Raises KubeError.
        """
        connection, head = await self._ask(request)
        try:
            response = self._response(connection, head, request)
            if head.status_code != 101:
                raise await self._error(request, response)
            yield connection.pipe, response, connection.switched()
        finally:
            connection.abort()

    async def _ask(self, request: Request) -> tuple[Connection, Head]:
        """An answer that is no error; a 401 is one only if the credentials cannot be renewed."""
        has_renewed = False
        while True:
            who = await self.access.authorization.headers()
            connection, head = await self._answered(request, who)
            if head.status_code < 300:
                return connection, head
            response = self._response(connection, head, request)
            try:
                error = await self._error(request, response)
            finally:
                self._pool.give_back(connection)
            if head.status_code == 401 and not has_renewed:
                has_renewed = True
                if await self.access.authorization.renew(who):
                    continue
            raise error

    async def _answered(self, request: Request, who: Headers) -> tuple[Connection, Head]:
        asked = self._heads.head(request, who)
        while True:
            connection = await self._connection(request)
            try:
                return connection, await connection.ask(
                    asked, request.body, request.patience.answer
                )
            except StaleError:
                connection.abort()
                # The server had closed it while it was kept; it may have read the question, though.
                if request.method not in IDEMPOTENT:
                    raise
            except BaseException:
                connection.abort()
                raise

    async def _connection(self, request: Request) -> Connection:
        server = self.access.server
        context: ssl.SSLContext | None = None
        if server.is_secure:
            context = await self._contexts.current()
        if kept := self._pool.take(context):
            return kept
        pipe = await dial(self.access, context, request.patience.connect)
        return Connection(pipe, str(server), context)

    def _response(self, connection: Connection, head: Head, request: Request) -> Response:
        headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        return Response(head.status_code, headers, connection, request.patience.silence)

    async def _error(self, request: Request, response: Response) -> AnswerError:
        body = b""
        with suppress(KubeError):  # the status says enough
            body = await response.read(LONGEST_COMPLAINT)
        asked = f"{request.method} {self.access.server}{request.path}"
        return answer_error(asked, response.code, response.headers, body)
