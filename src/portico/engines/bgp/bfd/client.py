"""The speaker's line to the BFD process: says what is wanted, hears what happens."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from portico.engines.bgp.bfd import talk
from portico.engines.companion.lines import encode_line

PATIENCE: Final = 5.0


class BfdError(Exception):
    """The BFD process cannot be spoken to; the text says why."""


class Line(asyncio.Protocol):
    """One connection. `turned` is called for every change of a session, `lost` when it ends."""

    def __init__(self, turned: Callable[[talk.Turn], None], lost: Callable[[], None]) -> None:
        self._turned = turned
        self._lost = lost
        self._heard = b""
        self._transport: asyncio.WriteTransport | None = None
        self._waiting: list[asyncio.Future[talk.State]] = []

    async def follow(self, wishes: Sequence[talk.Wish]) -> talk.State:
        """Raises BfdError."""
        return await self._ask(talk.Follow(tuple(wishes)))

    async def state(self) -> talk.State:
        """Raises BfdError."""
        return await self._ask(talk.Ask())

    async def leave(self) -> None:
        """Raises BfdError."""
        await self._ask(talk.Leave())

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            match talk.decode_message(line):
                case talk.State() as state:
                    self._waiting.pop(0).set_result(state)
                case talk.Turn() as turn:
                    self._turned(turn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for waiting in self._waiting:
            waiting.cancel()
        self._lost()

    async def _ask(self, request: talk.Request) -> talk.State:
        if self._transport is None:
            raise BfdError("the BFD process has hung up")
        answer: asyncio.Future[talk.State] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._transport.write(encode_line(request))
        try:
            async with asyncio.timeout(PATIENCE):
                state = await asyncio.shield(answer)
        except TimeoutError:
            raise BfdError("the BFD process does not answer") from None
        except asyncio.CancelledError:
            if answer.cancelled():
                raise BfdError("the BFD process has hung up") from None
            raise
        if state.error:
            raise BfdError(f"the BFD process did not understand: {state.error}")
        return state


async def connect(
    socket: Path, turned: Callable[[talk.Turn], None], lost: Callable[[], None]
) -> Line:
    """Raises BfdError where nobody listens."""
    loop = asyncio.get_running_loop()
    try:
        _, line = await loop.create_unix_connection(lambda: Line(turned, lost), str(socket))
    except OSError as error:
        raise BfdError(f"no BFD process at {socket}: {error.strerror}") from None
    return line
