"""One SPDY session of a client that forwards ports: pairs of streams, each pair a connection."""

import asyncio
from collections.abc import Callable, Iterator

from support.kubelet.course import Course
from support.kubelet.held import Held
from support.kubelet.runtime import RESETS, Runtime, words_of
from support.kubelet.spdy import frames
from support.kubelet.spdy.frames import Broken, Bytes, Malformed, Opened, Parting, Ping, Status
from support.kubelet.wires import Wire

LONGEST = 32 * 1024
"""Bytes of content in one frame, as Go sends them."""


class Pair:
    """The two streams of one connection."""

    def __init__(self, session: "Session", request: str) -> None:
        self._session = session
        self.request = request
        self.port = 0
        self.error_stream = self.data_stream = 0
        self.course: Course | None = None
        self.early: list[bytes] = []
        self.ended_early = False
        self.timer: asyncio.TimerHandle | None = None
        self.closed: set[int] = set()
        """Streams that we ended, or that were reset."""

    @property
    def is_complete(self) -> bool:
        return bool(self.error_stream and self.data_stream)

    def send(self, content: bytes) -> None:
        self._session.send(self.data_stream, content)

    def hold(self, course: Course) -> None:
        self._session.hold(course)

    def release(self, course: Course) -> None:
        self._session.release(course)

    def done(self, trouble: OSError | None) -> None:
        self._session.done(self, trouble)

    def failed(self, words: str) -> None:
        """There was no connection."""
        self._session.failed(self, words)


class Session:
    def __init__(self, runtime: Runtime, note: Callable[[int], None]) -> None:
        self._runtime = runtime
        self._note = note
        self._reader, self._writer = frames.Reader(), frames.Writer()
        self._pairs: dict[str, Pair] = {}
        self._pair_by_stream: dict[int, Pair] = {}
        self._held = Held()
        self._is_full = self._is_over = False
        self._last = 0
        self._wire: Wire | None = None

    def begin(self, wire: Wire) -> None:
        self._wire = wire

    def feed(self, content: bytes) -> None:
        try:
            for frame in self._reader.feed(content):
                self._take(frame)
        except Malformed:
            self.end()

    def fill(self) -> None:
        """The wire takes no more for now."""
        self._is_full = True
        for course in self._courses():
            course.pause()

    def drain(self) -> None:
        self._is_full = False
        for course in self._courses():
            course.resume()

    def lost(self) -> None:
        """The wire is gone; the applications are told after the moment they have."""
        self._is_over = True
        for pair in list(self._pair_by_stream.values()):
            if pair.timer is not None:
                pair.timer.cancel()
        for course in list(self._courses()):
            course.client_ended()

    def end(self) -> None:
        if not self._is_over and self._wire is not None:
            self._is_over = True
            self._wire.write([frames.parting(self._last)])
            self._wire.close()

    # For the pairs.

    def send(self, stream: int, content: bytes) -> None:
        """Goes out even when the client has reset the stream, as spdystream does it."""
        pieces = []
        for at in range(0, len(content), LONGEST):
            piece = content if len(content) <= LONGEST else content[at : at + LONGEST]
            pieces += [frames.head(stream, len(piece)), piece]
        self._write(pieces)

    def hold(self, course: Course) -> None:
        self._held.hold(course, self._wire)

    def release(self, course: Course) -> None:
        self._held.release(course, self._wire)

    def done(self, pair: Pair, trouble: OSError | None) -> None:
        if trouble is not None and trouble.errno in RESETS and self._runtime.resets:
            for stream in (pair.data_stream, pair.error_stream):
                self._reset(pair, stream)
            self._forget(pair)
        elif trouble is not None:
            self.failed(pair, words_of(trouble))
        else:
            self._close(pair)

    def failed(self, pair: Pair, words: str) -> None:
        if self._runtime.ends_bytes_first:
            self._finish(pair, pair.data_stream)
        self._complain(pair, self._runtime.in_error(pair.port, words))
        self._close(pair)

    # Frames.

    def _take(self, frame: frames.Frame) -> None:
        match frame:
            case Bytes(stream, content, ends):
                self._bytes(stream, content, ends)
            case Opened():
                self._opened(frame)
            case Broken(stream):
                self._broken(stream)
            case Ping(number) if number % 2:  # even ones would answer our own
                self._write([frames.ping(number)])
            case Parting():
                pass  # no new streams come; those that are there go on

    def _opened(self, frame: Opened) -> None:
        kind, port = frame.headers.get("streamtype", ""), _port(frame.headers.get("port", ""))
        if frame.stream <= self._last or not frame.stream % 2:
            raise Malformed(f"stream {frame.stream} after {self._last}")
        self._last = frame.stream
        if not port or kind not in ("error", "data"):
            self._write([frames.reset(frame.stream, Status.CANCEL)])
            return
        self._write([self._writer.reply(frame.stream)])
        pair = self._pair(frame, kind)
        if getattr(pair, f"{kind}_stream"):
            told = f"{kind} stream already assigned"
            self._complain(pair, f"error processing stream for request {pair.request}: {told}")
            return
        setattr(pair, f"{kind}_stream", frame.stream)
        self._pair_by_stream[frame.stream] = pair
        if kind == "data":
            pair.port, pair.ended_early = port, frame.ends
        if pair.is_complete:
            self._start(pair)

    def _pair(self, frame: Opened, kind: str) -> Pair:
        # Old clients do not number their requests; theirs is guessed from the order of streams.
        guess = frame.stream - (2 if kind == "data" else 0)
        request = frame.headers.get("requestid") or str(guess)
        pair = self._pairs.get(request)
        if pair is None:
            pair = self._pairs[request] = Pair(self, request)
            late = asyncio.get_running_loop().call_later
            pair.timer = late(self._runtime.pairing, self._single, pair)
        return pair

    def _start(self, pair: Pair) -> None:
        """Both are there. The name of the request is free again, as in a real server."""
        assert pair.timer is not None
        pair.timer.cancel()
        del self._pairs[pair.request]
        self._note(pair.port)
        pair.course = course = self._runtime.start(pair.port, pair)
        if self._is_full:
            course.pause()
        for content in pair.early:
            course.from_client(content)
        if pair.ended_early:
            course.client_ended()

    def _single(self, pair: Pair) -> None:
        """The other stream never came."""
        what = f"(conn=0x0, request={pair.request}) timed out waiting for streams"
        self._complain(pair, what)
        del self._pairs[pair.request]
        self._forget(pair)

    def _bytes(self, stream: int, content: bytes, ends: bool) -> None:
        pair = self._pair_by_stream.get(stream)
        if pair is None or stream != pair.data_stream:
            return  # on an error stream clients have nothing to say
        if pair.course is None:
            pair.early.append(content)
            pair.ended_early |= ends
            return
        if content:
            pair.course.from_client(content)
        if ends:
            pair.course.client_ended()

    def _broken(self, stream: int) -> None:
        pair = self._pair_by_stream.get(stream)
        if pair is None:
            return
        pair.closed.add(stream)
        if stream == pair.data_stream and pair.course is not None:
            pair.course.client_ended()

    def _close(self, pair: Pair) -> None:
        for stream in (pair.data_stream, pair.error_stream):
            self._finish(pair, stream)
        self._forget(pair)

    def _finish(self, pair: Pair, stream: int) -> None:
        if stream not in pair.closed:
            pair.closed.add(stream)
            self._write([frames.head(stream, 0, ends=True)])

    def _reset(self, pair: Pair, stream: int) -> None:
        if stream not in pair.closed:
            self._write([frames.reset(stream, Status.CANCEL)])

    def _complain(self, pair: Pair, text: str) -> None:
        if pair.error_stream and pair.error_stream not in pair.closed:
            self.send(pair.error_stream, text.encode())

    def _forget(self, pair: Pair) -> None:
        for stream in (pair.data_stream, pair.error_stream):
            self._pair_by_stream.pop(stream, None)

    def _courses(self) -> Iterator[Course]:
        pairs = {id(pair): pair for pair in self._pair_by_stream.values()}
        return (pair.course for pair in list(pairs.values()) if pair.course is not None)

    def _write(self, pieces: list[bytes]) -> None:
        if self._wire is not None and not self._is_over:
            self._wire.write(pieces)


def _port(text: str) -> int:
    """0 where it is none."""
    return int(text) if text.isdecimal() and 0 < int(text) < 65536 else 0
