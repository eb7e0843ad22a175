"""What a stop has to wait for."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aiohttp import WSCloseCode, web


class Underway:
    """Owns the list of requests being answered and of WebSockets being held open."""

    def __init__(self) -> None:
        self._requests: set[asyncio.Task[object]] = set()
        self._sockets: set[web.WebSocketResponse] = set()
        self.is_settling = False

    def enter(self, request: asyncio.Task[object]) -> None:
        """The task leaves by itself once its answer has been written."""
        self._requests.add(request)
        request.add_done_callback(self._requests.discard)

    @contextmanager
    def holding(self, socket: web.WebSocketResponse) -> Iterator[None]:
        self._sockets.add(socket)
        try:
            yield
        finally:
            self._sockets.discard(socket)

    async def settle(self, grace: float) -> None:
        """Closes the WebSockets, waits `grace` seconds for the rest, and cuts what is left."""
        self.is_settling = True
        with suppress(TimeoutError):
            async with asyncio.timeout(grace), asyncio.TaskGroup() as group:
                for socket in self._sockets:
                    group.create_task(socket.close(code=WSCloseCode.GOING_AWAY))
                # A connection that stays open may still bring a request.
                while self._requests:
                    await asyncio.wait(self._requests)
        for request in self._requests:
            request.cancel()
