"""The only stream of a WebSocket with channels: connection and stream end together."""

import asyncio
from typing import Final

from portico.kube.streams import channels
from portico.kube.streams.channels import ChannelError, Channels
from portico.kube.streams.heartbeat import Heartbeat
from portico.kube.streams.pod_stream import LONGEST_ERROR, QUIET, SHORTEST
from portico.kube.streams.stream import Buffer, End, Ending, Receiver
from portico.kube.streams.websocket import (
    Closed,
    Event,
    Opcode,
    Payload,
    Ping,
    WebSocket,
    WebSocketError,
)

MOST_UNREAD: Final = 1 << 20
"""Bytes that wait for a server to read, before its pings get no more answers."""

LARGEST_MESSAGE: Final = 1 << 15
"""Bytes; servers read a message as a whole."""


class ChannelStream(asyncio.BufferedProtocol):
    """A `Stream`. What it cannot do is to tell the pod that one direction has ended.

    So that end is kept, and once the pod has been silent for a second the whole is ended.
    """

    def __init__(self, websocket: WebSocket, receiver: Receiver, room: memoryview) -> None:
        self._websocket = websocket
        self._receiver = receiver
        self._room = room
        self._channels = Channels()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heartbeat = Heartbeat(self._ping, self._fall_silent)
        self._heard_at = self._loop.time()
        self._has_heard = self._is_told_to_end = self._is_over = self._is_paused = False
        self._error = bytearray()
        self._end = asyncio.Event()

    async def wait_end(self) -> None:
        await self._end.wait()

    def write(self, data: Buffer) -> None:
        if self._is_over or self._is_told_to_end:
            return
        view = memoryview(data)
        for at in range(0, len(view), LARGEST_MESSAGE):
            content = channels.message(view[at : at + LARGEST_MESSAGE])
            self._send(Opcode.BINARY, content)

    def write_eof(self) -> None:
        self._is_told_to_end = True
        if not self._is_over:
            self._timer = self._loop.call_later(QUIET, self._end_when_silent)

    def reset(self) -> None:
        if not self._is_over:
            self._leave()

    def close(self) -> None:
        """The receiver hears of it, unless it is over."""
        self._over(End(Ending.CLOSED))

    def pause_reading(self) -> None:
        if self._transport and not self._is_over:
            self._is_paused = True
            self._heartbeat.deafen(is_deaf=True)
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._transport and not self._is_over and self._is_paused:
            self._is_paused = False
            self._heard_at = self._loop.time()
            self._heartbeat.deafen(is_deaf=False)
            self._transport.resume_reading()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Also called by who hands over a connection that was made long ago."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        self.feed(self._room[:nbytes])

    def feed(self, received: memoryview) -> None:
        """What has come."""
        self._heard_at = self._loop.time()
        self._heartbeat.heard()
        contents: list[Buffer] = []
        end: End | None = None
        try:
            for event in self._websocket.receive(received):
                self._take(event, contents)
                if isinstance(event, Closed):
                    end = self._verdict()
                    break
        except (WebSocketError, ChannelError) as error:
            end = End(Ending.LOST, f"the server does not speak as we do: {error}")
        if contents and not self._is_over:
            self._has_heard = True
            self._receiver.data_received(b"".join(contents))
        if end:
            self._over(end)

    def eof_received(self) -> None:
        return

    def connection_lost(self, error: Exception | None) -> None:
        self._over(End(Ending.LOST, str(error)) if error else self._verdict())

    def pause_writing(self) -> None:
        self._receiver.pause_writing()

    def resume_writing(self) -> None:
        self._receiver.resume_writing()

    def _take(self, event: Event, contents: list[Buffer]) -> None:
        if isinstance(event, Payload):
            for channel, content in self._channels.receive(event):
                if channel == channels.BYTES:
                    contents.append(content)
                else:
                    self._error += content[: LONGEST_ERROR - len(self._error)]
        elif isinstance(event, Ping) and self._is_heard:
            self._send(Opcode.PONG, event.content)

    def _verdict(self) -> End:
        if not self._error:
            return End(Ending.CLEAN)
        ending = Ending.RESET_BY_POD if self._has_heard else Ending.REFUSED
        return End(ending, self._error.decode(errors="replace").strip())

    def _end_when_silent(self) -> None:
        quiet = 0.0 if self._is_paused else self._loop.time() - self._heard_at
        if quiet >= QUIET:
            self._over(self._verdict())
        else:
            again = max(QUIET - quiet, SHORTEST)
            self._timer = self._loop.call_later(again, self._end_when_silent)

    def _ping(self) -> None:
        self._send(Opcode.PING, b"")

    def _fall_silent(self, why: str) -> None:
        self._over(End(Ending.LOST, why))

    @property
    def _is_heard(self) -> bool:
        return not self._transport or self._transport.get_write_buffer_size() < MOST_UNREAD

    def _send(self, opcode: Opcode, content: bytes) -> None:
        if self._transport and not self._is_over:
            self._transport.write(self._websocket.frame(opcode, content))

    def _over(self, end: End) -> None:
        if self._is_over:
            return
        self._leave()
        if end.ending is Ending.CLEAN:
            self._receiver.eof_received()
        self._receiver.stream_ended(end)

    def _leave(self) -> None:
        if self._transport:
            self._transport.write(self._websocket.close())
            self._transport.close()
        self._is_over = True
        self._heartbeat.stop()
        if self._timer:
            self._timer.cancel()
        self._end.set()
