"""One connection to one pod, and the streams on it."""

import asyncio
from collections.abc import Callable
from typing import Final

from portico.kube.streams import spdy
from portico.kube.streams.heartbeat import Heartbeat
from portico.kube.streams.pod_stream import HalfClose, PodStream
from portico.kube.streams.spdy import ResetStatus, Spdy
from portico.kube.streams.spdy_headers import SpdyError
from portico.kube.streams.stream import Buffer, End, Ending, Receiver
from portico.kube.streams.throttle import Throttle
from portico.kube.streams.websocket import WebSocketError
from portico.kube.streams.wrapping import ClosedError, Wrapping

LARGEST_FRAME: Final = 1 << 16
"""Bytes of data; kubelet has room for a whole frame before it passes it on."""

MOST_UNREAD: Final = 1 << 20
"""Bytes that wait for a peer to read, before it gets no more answers."""

NO_MORE: Final = spdy.LAST_STREAM - 4


class Session(asyncio.BufferedProtocol):
    """Made after the upgrade, with the memory that is read into: it may be shared by sessions."""

    def __init__(
        self,
        wrapping: Wrapping,
        room: memoryview,
        half_close: HalfClose,
        on_news: Callable[[], None],
    ) -> None:
        self.half_close = half_close
        self.is_open = True
        self.was_closed = False
        self.fell_silent = False
        """Nothing has broken, but nothing comes any more."""
        self.pod_is_gone = ""
        """What the node has said of it."""
        self.busy = 0
        """Streams whose client may still say something."""
        self.why = ""
        self._takes_more = True
        self._wrapping = wrapping
        self._room = room
        self._on_news = on_news
        self._spdy = Spdy()
        self._streams: dict[int, PodStream] = {}
        self._errors: dict[int, PodStream] = {}
        self._touched: dict[PodStream, None] = {}
        self._throttle = Throttle(self._read_or_not, lambda: len(self._streams))
        self._next = 1
        self._requests = 0
        self._pings = 1
        self.is_full = False
        """Nothing is to be written until it has room again."""
        self._loop = asyncio.get_running_loop()
        self.born_at = self.idle_since = self._loop.time()
        self._heartbeat = Heartbeat(self._ping, self._fall_silent)
        self._transport: asyncio.Transport | None = None
        self._has_ended = asyncio.Event()

    # What the pool knows.

    @property
    def load(self) -> int:
        """Streams on it."""
        return len(self._streams)

    @property
    def has_carried(self) -> bool:
        """Any stream."""
        return self._requests > 0

    @property
    def takes_more(self) -> bool:
        """Whether another stream may be opened."""
        return self.is_open and self._takes_more

    @property
    def is_reading(self) -> bool:
        """Not while receivers keep it from that."""
        return self._throttle.should_read

    @property
    def is_slow(self) -> bool:
        """Some receiver on it has been slower than the pod. It is not to be shared."""
        return bool(self._throttle.slow)

    def open_stream(self, port: int, receiver: Receiver) -> PodStream:
        """At once: nothing is waited for, and data may be written behind it (`takes_more`)."""
        error_number, number = self._next, self._next + 2
        self._next += 4
        self._takes_more = self._takes_more and self._next < NO_MORE
        headers = ((b"port", b"%d" % port), (b"requestid", b"%d" % self._requests))
        self._requests += 1
        self._send(
            self._spdy.syn_stream(error_number, ((b"streamtype", b"error"), *headers))
            + spdy.data_head(error_number, 0, ends=True)
            + self._spdy.syn_stream(number, ((b"streamtype", b"data"), *headers))
        )
        if not self.busy:  # else much could be in front of the question
            self._heartbeat.expect()
        stream = PodStream(self, receiver, (error_number, number))
        self._streams[number] = self._errors[error_number] = stream
        self.busy += 1
        self._throttle.judge()
        if self.is_full:
            receiver.pause_writing()
        return stream

    async def wait_end(self) -> None:
        """Until it is no longer open."""
        await self._has_ended.wait()

    def close(self, end: End = End(Ending.CLOSED)) -> None:  # noqa: B008  # it is frozen
        """Say farewell, and end so what is still on it."""
        if self.is_open:
            self.was_closed = True
            self._send(spdy.goaway(0))
            if self._transport:
                self._transport.write(self._wrapping.farewell())
            self._over(end)

    # What the streams ask.

    def send_data(self, stream: PodStream, data: Buffer) -> None:
        if len(data) <= LARGEST_FRAME:
            self._send(spdy.data_head(stream.number, len(data)), data)
            return
        view = memoryview(data)
        for at in range(0, len(view), LARGEST_FRAME):
            part = view[at : at + LARGEST_FRAME]
            self._send(spdy.data_head(stream.number, len(part)), part)

    def send_end(self, stream: PodStream) -> None:
        self._send(spdy.data_head(stream.number, 0, ends=True))

    def send_reset(self, stream: PodStream) -> None:
        self._send(spdy.rst_stream(stream.number, ResetStatus.CANCEL))

    def regulate(self, stream: PodStream) -> None:
        self._throttle.note(stream)

    def note_end(self, stream: PodStream) -> None:
        self.busy -= 1

    def note_gone(self, detail: str) -> None:
        self.pod_is_gone = detail
        self._on_news()

    def forget(self, stream: PodStream) -> None:
        # What the numbers still bring is passed over.
        self._streams.pop(stream.number, None)
        self._errors.pop(stream.error_number, None)
        self.busy -= not stream.is_told_to_end
        if not self._streams:
            self.idle_since = self._loop.time()
        self._throttle.forget(stream)
        self._on_news()

    # What asyncio tells.

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
        self._heartbeat.heard()
        try:
            for content in self._wrapping.unwrap(received):
                for frame in self._spdy.receive(content):
                    self._take(frame)
                self._flush()
        except ClosedError as error:
            self._flush()
            self._over(End(Ending.LOST, str(error)))
        except (SpdyError, WebSocketError) as error:
            self._flush()
            self._over(End(Ending.LOST, f"the server does not speak as we do: {error}"))
        if (replies := self._wrapping.replies()) and self._transport and self._is_heard:
            self._transport.write(replies)

    def eof_received(self) -> None:
        return

    def connection_lost(self, error: Exception | None) -> None:
        self._over(End(Ending.LOST, str(error or "")))

    def pause_writing(self) -> None:
        self.is_full = True
        for stream in list(self._streams.values()):
            stream.receiver.pause_writing()

    def resume_writing(self) -> None:
        self.is_full = False
        for stream in list(self._streams.values()):
            stream.receiver.resume_writing()

    def _take(self, frame: spdy.Frame) -> None:
        match frame:
            case spdy.Data(number, content, ends):
                self._take_data(number, content, ends=ends)
            case spdy.Reset(number, status):
                self._take_reset(number, status)
            case spdy.Ping(number):
                self._take_ping(number)
            case spdy.GoneAway(last_stream):
                self._take_farewell(last_stream)
            case spdy.Opened(number):
                self._answer(spdy.rst_stream(number, ResetStatus.REFUSED_STREAM))
            case spdy.Replied(number, _, ends):  # it was not waited for
                self._take_data(number, memoryview(b""), ends=ends)

    def _take_data(self, number: int, content: memoryview, *, ends: bool) -> None:
        if stream := self._streams.get(number):
            stream.take(content, ends=ends)
            self._touched[stream] = None
        elif stream := self._errors.get(number):
            stream.take_error(content, ends=ends)
            self._touched[stream] = None

    def _take_reset(self, number: int, status: int) -> None:
        if stream := self._streams.get(number):
            stream.take_reset(status)
        elif stream := self._errors.get(number):
            stream.take_error(memoryview(b""), ends=True)
            self._touched[stream] = None

    def _take_farewell(self, last_stream: int) -> None:
        self._takes_more = False
        for number in [number for number in self._streams if number > last_stream]:
            self._streams[number].end(End(Ending.LOST, "the server goes away"))
        self._on_news()

    def _take_ping(self, number: int) -> None:
        if number % 2 == 0:  # a question; odd ones are the answers to ours
            self._answer(spdy.ping(number))

    def _flush(self) -> None:
        touched, self._touched = self._touched, {}
        for stream in touched:
            stream.flush()

    def _read_or_not(self) -> None:
        if self._transport and self.is_open:
            self._heartbeat.deafen(is_deaf=not self.is_reading)
            if self.is_reading:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def _ping(self) -> None:
        self._send(spdy.ping(self._pings))
        self._pings += 2

    def _fall_silent(self, why: str) -> None:
        self.fell_silent = True
        self._over(End(Ending.LOST, why))

    @property
    def _is_heard(self) -> bool:
        return not self._transport or self._transport.get_write_buffer_size() < MOST_UNREAD

    def _answer(self, frame: bytes) -> None:
        """To what a peer says unasked. One that only talks would have us keep it all."""
        if self._is_heard:
            self._send(frame)

    def _send(self, *parts: Buffer) -> None:
        if self.is_open and self._transport:
            self._transport.write(self._wrapping.wrap(*parts))

    def _over(self, end: End) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self.why = end.detail
        self._heartbeat.stop()
        self._throttle.stop()
        if self._transport:
            self._transport.close()
        for stream in list(self._streams.values()):
            if end.ending is Ending.CLOSED:
                stream.give_up(end)
            else:
                stream.end(end)
        self._errors.clear()
        self._has_ended.set()
        self._on_news()
