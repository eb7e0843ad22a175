"""Stands before an API server, whichever one it is, and lets go wrong on the way what can.

So the same stories are told of our own server and of a real cluster, to which nobody does any harm.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from kube.contract.plain import Plain
from support.api_server.access import Asked
from support.api_server.faults import Failure, Faults
from support.api_server.refusals import Refused

HOST = "127.0.0.1"
VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
GATHERED = 0.02
"""Seconds; events of a watch that come within them have come together."""

LONGEST_LINE = 4 * 1024 * 1024
PASSED_ON = ("Accept", "Content-Type", "User-Agent")

GONE = Refused(410, "Expired", "too old resource version")


class FaultProxy:
    """Speaks plain HTTP to everybody, and to the server with its credentials."""

    def __init__(self, there: Plain, session: aiohttp.ClientSession) -> None:
        self._there, self._session = there, session
        self._watches: set[asyncio.Task[Any]] = set()
        self._answers: set[asyncio.Task[Any]] = set()
        self._runner: web.ServerRunner | None = None
        self.faults = Faults()
        self.copies = 1
        """How often each event of a watch is told."""
        self.port = 0
        self.asked: list[Asked] = []
        self.harm = 0
        """How often something went wrong."""

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def fail(self, code: int, times: int, **more: Any) -> None:
        self.faults.failures.append(Failure(code, times, **more))

    def cut_watches(self) -> None:
        """Each ends as a connection does that breaks."""
        self.harm += len(self._watches)
        for each in self._watches:
            each.cancel("cut")

    def expire_watches(self) -> None:
        """Each is told that its version is forgotten, and so is who asks to go on from there."""
        self.harm += len(self._watches)
        for each in self._watches:
            each.cancel("expired")
        self.fail(410, len(self._watches), verb="watch")

    def clear(self) -> None:
        self.copies = 1
        self.faults.clear()

    async def start(self) -> None:
        """Be there, on the same port as before."""
        self._runner = web.ServerRunner(
            web.Server(self._answer, handler_cancellation=True), shutdown_timeout=0.01
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be away: every connection breaks, and none is taken."""
        assert self._runner
        assert self._runner.server
        self.harm += len(self._runner.server.connections)
        for connection in list(self._runner.server.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await self._runner.cleanup()
        if self._answers:
            await asyncio.wait(self._answers)  # they have connections of their own

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)
        return await self._answered(request)

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        self.harm += self.faults.is_mute
        while self.faults.is_mute:  # noqa: ASYNC110  # the test lets go of it
            await asyncio.sleep(0.01)
        asked = _asked(request)
        self.asked.append(asked)
        try:
            self.faults.refuse(asked)
        except Refused as no:
            self.harm += 1
            return web.json_response(no.status(), status=no.code)
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        async with self._session.request(
            request.method,
            f"{self._there.url}{request.path_qs}",
            data=await request.read() or None,
            headers={**headers, **self._there.headers},
            ssl=self._there.context or True,
        ) as told:
            response = web.StreamResponse(status=told.status, headers=_content_type(told))
            await response.prepare(request)
            try:
                if asked.verb == "watch" and told.status == 200:
                    await self._watch(request, response, told.content)
                else:
                    await self._write(response, await told.read())
            finally:
                # Nobody waits for a farewell, or it would still be under way when the test ends.
                if told.connection is not None and told.connection.transport is not None:
                    told.connection.transport.abort()
        return response

    async def _watch(
        self, request: web.BaseRequest, response: web.StreamResponse, lines: aiohttp.StreamReader
    ) -> None:
        task = asyncio.ensure_future(self._tell(request, response, lines))  # noqa: TID251  # awaited
        self._watches.add(task)
        try:
            await task
        except asyncio.CancelledError as how:
            if how.args == ("expired",):
                await response.write(_line({"type": "ERROR", "object": GONE.status()}))
            elif how.args == ("cut",):
                _abort(request)
            else:
                task.cancel()
                raise
        finally:
            self._watches.discard(task)

    async def _tell(
        self, request: web.BaseRequest, response: web.StreamResponse, lines: aiohttp.StreamReader
    ) -> None:
        async with aclosing(_gathered(lines)) as batches:
            async for together in batches:
                told = self.faults.disturbed(together)
                self.harm += told != together or self.faults.is_silent
                await self.faults.until_heard()
                if told and self.faults.cut_next_event:
                    self.faults.cut_next_event = False
                    self.harm += 1
                    await response.write(told[0][: len(told[0]) // 2])
                    _abort(request)
                    return
                for line in told:
                    for _ in range(self.copies):
                        await self._write(response, line)

    async def _write(self, response: web.StreamResponse, body: bytes) -> None:
        while body:
            size = self.faults.piece or len(body)
            self.harm += size < len(body)
            await response.write(body[:size])
            body = body[size:]
            if self.faults.pause:
                await asyncio.sleep(self.faults.pause)


@asynccontextmanager
async def fault_proxy(there: Plain) -> AsyncIterator[FaultProxy]:
    """Until the end of the block."""
    forever = aiohttp.ClientTimeout(total=None)
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(
        timeout=forever, read_bufsize=LONGEST_LINE, connector=connector
    ) as session:
        proxy = FaultProxy(there, session)
        await proxy.start()
        try:
            yield proxy
        finally:
            proxy.clear()
            await proxy.stop()


async def _gathered(lines: aiohttp.StreamReader) -> AsyncIterator[Sequence[bytes]]:
    """Lines, those that come together as one."""
    rest = b""
    while first := await lines.readany():
        await asyncio.sleep(GATHERED)
        *whole, rest = (rest + first + lines.read_nowait()).split(b"\n")
        yield [line + b"\n" for line in whole]


def _asked(request: web.BaseRequest) -> Asked:
    """As far as faults look at it: the verb, and the plural with its subresource."""
    steps = request.path.strip("/").split("/")
    rest = steps[2:] if steps[0] == "api" else steps[3:]
    if rest[:1] == ["namespaces"] and len(rest) > 2:
        rest = rest[2:]
    plural, name = (*rest, "", "")[:2]
    resource = "/".join((plural, *rest[2:]))
    verb = VERBS.get(request.method, "get" if name else "list")
    if verb == "list" and request.query.get("watch") in ("1", "true"):
        verb = "watch"
    agent = request.headers.get("User-Agent", "")
    return Asked(verb, "", resource, "", name, "", agent, dict(request.query))


def _content_type(told: aiohttp.ClientResponse) -> dict[str, str]:
    return {"Content-Type": told.headers.get("Content-Type", "application/json")}


def _line(event: Any) -> bytes:
    return json.dumps(event).encode() + b"\n"


def _abort(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.abort()
