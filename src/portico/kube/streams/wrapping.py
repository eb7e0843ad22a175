"""What SPDY frames travel in: a bare connection after an upgrade, or a WebSocket."""

from collections.abc import Iterator
from typing import Protocol

from portico.kube.streams.stream import Buffer
from portico.kube.streams.websocket import Closed, Opcode, Payload, Ping, WebSocket


class ClosedError(Exception):
    """The peer says that nothing more will come, and perhaps why."""


class Wrapping(Protocol):
    """Bytes to bytes; the borders of what is wrapped mean nothing."""

    def wrap(self, *parts: Buffer) -> bytes:
        """For the wire; a copy."""

    def unwrap(self, received: memoryview) -> Iterator[Buffer]:
        """What was in it. Raises ClosedError, and WebSocketError."""

    def replies(self) -> bytes:
        """What the wire itself has to be answered, after `unwrap`."""

    def farewell(self) -> bytes:
        """To be sent last."""


class Bare:
    """Nothing around it."""

    def wrap(self, *parts: Buffer) -> bytes:
        return b"".join(parts)

    def unwrap(self, received: memoryview) -> Iterator[Buffer]:
        yield received

    def replies(self) -> bytes:
        return b""

    def farewell(self) -> bytes:
        return b""


class Tunnel:
    """Binary messages. The API server cuts them into small fragments: they are joined again."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._replies = b""

    def wrap(self, *parts: Buffer) -> bytes:
        return self._websocket.frame(Opcode.BINARY, *parts)

    def unwrap(self, received: memoryview) -> Iterator[Buffer]:
        contents: list[memoryview] = []
        closed: Closed | None = None
        for event in self._websocket.receive(received):
            if isinstance(event, Payload):
                contents.append(event.content)
            elif isinstance(event, Ping):
                self._replies += self._websocket.frame(Opcode.PONG, event.content)
            elif isinstance(event, Closed):
                closed = event
                break
        if contents:
            yield contents[0] if len(contents) == 1 else b"".join(contents)
        if closed:
            raise ClosedError(closed.reason)

    def replies(self) -> bytes:
        replies, self._replies = self._replies, b""
        return replies

    def farewell(self) -> bytes:
        return self._websocket.close()
