"""What carries a session after the upgrade: the plain connection, or a WebSocket on it."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from support.kubelet import websocket
from support.kubelet.terms import Terms

FULL = 256 * 1024
"""Bytes that wait to be sent before nobody may write more."""

LONGEST = 32 * 1024
"""Bytes that the API server copies at once, and so of one message."""


class Talk(Protocol):
    """What speaks over a wire."""

    def begin(self, wire: "Wire") -> None: ...

    def feed(self, content: bytes) -> None: ...

    def fill(self) -> None: ...

    def drain(self) -> None: ...

    def lost(self) -> None: ...

    def end(self) -> None: ...


class Wire(asyncio.Protocol):
    """The connection itself, and what can happen to it."""

    def __init__(self, talk: Talk, terms: Terms, before: asyncio.BaseProtocol) -> None:
        self._talk = talk
        self._terms = terms
        self._before = before
        self._transport: Any = None
        self._is_held = self._is_deaf = self._is_silent = False
        self._late_in: _Late | None = None
        self._late_out: _Late | None = None
        self._heard = 0.0
        self.on_end: Callable[[], object] = lambda: None

    def take_over(self, transport: Any, head: bytes) -> None:
        """Answer with `head`; from here on the connection is ours."""
        self._transport = transport
        transport.set_write_buffer_limits(high=FULL)
        transport.set_protocol(self)
        transport.write(head)
        loop = asyncio.get_running_loop()
        self._heard = loop.time()
        if self._terms.delay:
            self._late_in = _Late(self._terms.delay, self._take)
            self._late_out = _Late(self._terms.delay, self._send)
        self._talk.begin(self)
        self._watch_idling()
        transport.resume_reading()

    # For the session above.

    def write(self, pieces: list[bytes]) -> None:
        if self._late_out:
            self._late_out.put(b"".join(pieces))
        else:
            self._send(b"".join(pieces))

    def hold(self) -> None:
        """Read no more, until release."""
        self._is_held = True
        self._read_or_not()

    def release(self) -> None:
        self._is_held = False
        self._read_or_not()

    def close(self) -> None:
        """After what was written."""
        if self._late_out:
            self._late_out.flush()
        if not self._is_silent:
            self._transport.close()

    # For tests that do it harm.

    def end(self) -> None:
        """In order, as a node does it when the pod is gone."""
        if not self._is_silent:
            self._talk.end()

    def cut(self) -> None:
        """RST."""
        raw = self._transport.get_extra_info("socket")
        if raw is not None and raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def deafen(self) -> None:
        """Stop reading what the client sends; what is sent to it goes on."""
        self._is_deaf = True
        self._read_or_not()

    def undeafen(self) -> None:
        self._is_deaf = False
        self._read_or_not()

    def silence(self) -> None:
        """As if the other end had lost its power: nothing comes, nothing goes, nothing ends."""
        self._is_silent = True
        self._read_or_not()

    # asyncio

    def data_received(self, content: bytes) -> None:
        self._heard = asyncio.get_running_loop().time()
        if self._late_in:
            self._late_in.put(content)
        else:
            self._take(content)

    def connection_lost(self, trouble: Exception | None) -> None:
        # The protocol before us, of the HTTP server, keeps the books of connections.
        self._before.connection_lost(trouble)
        self._is_silent = True
        self._talk.lost()
        self.on_end()

    def pause_writing(self) -> None:
        self._talk.fill()

    def resume_writing(self) -> None:
        self._talk.drain()

    # How it is done; a WebSocket does both its own way.

    def _take(self, content: bytes) -> None:
        if not self._is_silent:
            self._talk.feed(content)

    def _send(self, content: bytes) -> None:
        self._put([content])

    def _put(self, pieces: list[bytes]) -> None:
        if not self._is_silent and not self._transport.is_closing():
            self._heard = asyncio.get_running_loop().time()
            self._transport.writelines(pieces)

    def _read_or_not(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._is_held or self._is_deaf or self._is_silent:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _watch_idling(self) -> None:
        """Of a balancer that forgets a connection on which nothing goes either way."""
        loop, limit = asyncio.get_running_loop(), self._terms.idle_cut
        if self._transport.is_closing() or not limit:
            return
        if loop.time() - self._heard >= limit:
            self.cut()
        else:
            loop.call_at(self._heard + limit, self._watch_idling)


class Tunnel(Wire):
    """A WebSocket whose messages are slices of one stream of bytes."""

    def __init__(self, talk: Talk, terms: Terms, before: asyncio.BaseProtocol) -> None:
        super().__init__(talk, terms, before)
        self._reader = websocket.Reader()

    def _take(self, content: bytes) -> None:
        try:
            for piece in self._reader.feed(content):
                self._piece(piece)
        except websocket.Malformed:
            self._transport.abort()

    def _piece(self, piece: websocket.Piece) -> None:
        match piece.opcode:
            case websocket.BINARY | websocket.CONTINUATION | websocket.TEXT:
                self._content(piece)
            case websocket.PING:
                self._put(websocket.frame(websocket.PONG, piece.content))
            case websocket.CLOSE:
                self._put(websocket.closing())
                self._transport.close()

    def _content(self, piece: websocket.Piece) -> None:
        super()._take(piece.content)

    def _send(self, content: bytes) -> None:
        pieces = []
        for at in range(0, len(content), LONGEST):
            pieces += websocket.message(content[at : at + LONGEST])
        self._put(pieces)

    def close(self) -> None:
        if self._late_out:
            self._late_out.flush()
        self._put(websocket.closing())
        super().close()


class Messages(Tunnel):
    """A WebSocket whose messages mean something; each is told whole, and sent in one frame."""

    def __init__(
        self, talk: Talk, terms: Terms, before: asyncio.BaseProtocol, is_text: bool
    ) -> None:
        super().__init__(talk, terms, before)
        self._parts: list[bytes] = []
        self._opcode = websocket.TEXT if is_text else websocket.BINARY

    def _content(self, piece: websocket.Piece) -> None:
        self._parts.append(piece.content)
        if piece.is_final:
            parts, self._parts = self._parts, []
            Wire._take(self, b"".join(parts))

    def _send(self, content: bytes) -> None:
        self._put(websocket.frame(self._opcode, content))


class _Late:
    """Gives on what it is given, in order, after a while."""

    def __init__(self, delay: float, give: Callable[[bytes], None]) -> None:
        self._delay = delay
        self._give = give
        self._waiting: deque[tuple[float, bytes]] = deque()

    def put(self, content: bytes) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self._delay
        if not self._waiting:
            loop.call_at(due, self._due)
        self._waiting.append((due, content))

    def flush(self) -> None:
        while self._waiting:
            self._give(self._waiting.popleft()[1])

    def _due(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._waiting[0][0] <= loop.time():
            self._give(self._waiting.popleft()[1])
        if self._waiting:
            loop.call_at(self._waiting[0][0], self._due)
