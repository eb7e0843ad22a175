"""Bytes both ways, with back pressure and a limit on silence.

asyncio's own streams would do, but that they buffer what comes a second time, and cannot tell
whether a connection that nobody reads is still good.
"""

import asyncio
import errno
import ssl
from contextlib import suppress
from typing import Final

HIGH_WATER: Final = 1 << 19
"""Bytes that may wait to be read before the sender has to wait."""


LAST_WORDS: Final = 1.0
"""Seconds."""


class Pipe(asyncio.Protocol):
    """For one reader and one writer."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._has_ended = False
        self._error: Exception | None = None
        self._is_paused = False
        self._is_secured = False
        self._news = asyncio.Event()
        self._may_write = asyncio.Event()
        self._is_gone = asyncio.Event()
        self._may_write.set()

    @property
    def is_quiet(self) -> bool:
        """Open, and nothing has come that nobody asked for."""
        return not (self._has_ended or self._received or self._is_gone.is_set())

    async def receive(self, patience: float | None = None) -> bytes:
        """What has come, or at the end nothing. Raises OSError, ssl.SSLError, TimeoutError."""
        if not (self._received or self._has_ended):
            self._news.clear()
            async with asyncio.timeout(patience):
                await self._news.wait()
        if self._is_secured and self._has_ended and not self._received:
            # Why it has ended, as by an alert, is told a moment after the end itself.
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    await self._is_gone.wait()
        if not self._received and self._error:
            raise self._error
        received = bytes(self._received)
        self._received.clear()
        self._resume()
        return received

    def write(self, data: bytes) -> None:
        """Into the buffer; whoever writes much is to `drain`."""
        if self._transport and not self._is_gone.is_set():
            self._transport.write(data)

    async def drain(self) -> None:
        """Wait until the peer has taken most of it. Raises what has ended the connection."""
        await self._may_write.wait()
        if self._error:
            raise self._error

    async def secure(self, context: ssl.SSLContext, name: str, patience: float) -> None:
        """Speak TLS from here on. Raises ssl.SSLError, OSError, ssl.CertificateError."""
        assert self._transport
        if self._received:
            # Or what somebody in between says now would be taken for the server's words.
            raise OSError(errno.EPROTO, "it spoke before TLS began")
        loop = asyncio.get_running_loop()
        secured = await loop.start_tls(
            self._transport, self, context, server_hostname=name, ssl_handshake_timeout=patience
        )
        assert secured  # None is for loops that cannot
        self._transport = secured
        self._is_secured = True

    def write_eof(self) -> None:
        """Nothing more will be written. Within TLS that cannot be told; nothing is done then."""
        if self._transport and self._transport.can_write_eof() and not self._is_gone.is_set():
            self._transport.write_eof()

    def hand_over(self, protocol: asyncio.BaseProtocol) -> tuple[asyncio.Transport, bytes, bool]:
        """Another protocol has the connection from here on.

        It is to be told of the transport, of what has come already, and whether that was all.
        """
        assert self._transport
        transport, received = self._transport, bytes(self._received)
        self._received.clear()
        transport.set_protocol(protocol)
        self._resume()
        return transport, received, self._has_ended

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()

    async def wait_gone(self) -> None:
        await self._is_gone.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._news.set()
        if len(self._received) > HIGH_WATER and not self._is_paused and self._transport:
            self._is_paused = True
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        self._has_ended = True
        self._news.set()
        return not self._is_secured  # the other way may be open still, but not within TLS

    def connection_lost(self, error: Exception | None) -> None:
        self._has_ended = True
        self._error = error
        for event in (self._news, self._may_write, self._is_gone):
            event.set()

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def _resume(self) -> None:
        if self._is_paused and self._transport and not self._is_gone.is_set():
            self._is_paused = False
            self._transport.resume_reading()
