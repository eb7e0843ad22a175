"""HTTP/2 for one request after the other, as RFC 9113 has it: what a GOAWAY says was not looked at
may be asked again elsewhere, and nothing else.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from typing import Self

from live.until import PATIENCE
from live.wire import trusting_everybody
from support.h2c import ACK, DATA, END_HEADERS, END_STREAM, HEADERS, PING, PREFACE, SETTINGS, Frame

RST_STREAM, GOAWAY, WINDOW_UPDATE = 3, 7, 8
STATUS_200 = 0x88
"""Row 8 of the static table of HPACK, which every server uses."""


class LeftError(Exception):
    """The server has said that it did not look at this request."""


class CutError(Exception):
    """The request was lost, and nobody knows how far it came."""


class Http2:
    """One connection over TLS."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._stream = -1
        self._last: int | None = None
        """The last stream that the server will answer, once it has said so."""

    @classmethod
    async def open(cls, port: int, sni: str) -> Self:
        context = trusting_everybody()
        context.set_alpn_protocols(["h2"])
        made = cls(
            *await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=sni)
        )
        made._writer.write(PREFACE)
        made._send(SETTINGS, 0, 0, b"")
        made._send(WINDOW_UPDATE, 0, 0, (1 << 30).to_bytes(4))
        return made

    @property
    def is_leaving(self) -> bool:
        """Whether the server wants no more requests here."""
        return self._last is not None

    async def ask(self, host: str, path: str) -> int:
        """The status; 0 for all but 200. Raises LeftError and CutError."""
        self._stream += 2
        head = bytes([0x82, 0x87])  # GET, https
        head += b"".join(_literal(index, text) for index, text in ((4, path), (1, host)))
        self._send(HEADERS, END_HEADERS | END_STREAM, self._stream, head)
        status = 0
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self._frame()
                if frame.stream != self._stream:
                    continue
                if frame.kind == HEADERS:
                    status = 200 if frame.payload[0] == STATUS_200 else 0
                if frame.kind == RST_STREAM:
                    raise CutError("the stream was reset")
                if frame.kind in (HEADERS, DATA) and frame.flags & END_STREAM:
                    return status

    def close(self) -> None:
        self._writer.transport.abort()

    async def _frame(self) -> Frame:
        try:
            head = await self._reader.readexactly(9)
            payload = await self._reader.readexactly(int.from_bytes(head[:3]))
        except (OSError, EOFError) as error:
            raise self._lost(repr(error)) from error
        frame = Frame(head[3], head[4], int.from_bytes(head[5:]) & 0x7FFFFFFF, payload)
        if frame.kind in (SETTINGS, PING) and not frame.flags & ACK:
            self._send(frame.kind, ACK, 0, payload if frame.kind == PING else b"")
        if frame.kind == GOAWAY:
            self._last = int.from_bytes(payload[:4])
            if self._last < self._stream:
                raise LeftError
        return frame

    def _lost(self, reason: str) -> Exception:
        if self._last is not None and self._last < self._stream:
            return LeftError()
        return CutError(reason)

    def _send(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        self._writer.write(Frame(kind, flags, stream, payload).encoded())


def _literal(index: int, text: str) -> bytes:
    """A field of the static table's name, not indexed, not compressed; short ones only."""
    assert len(text) < 127
    return bytes([index, len(text)]) + text.encode()
