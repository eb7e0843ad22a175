"""The legacy form: a WebSocket whose messages begin with the number of a channel.

Ports are fixed at the start, each is one connection: channel 2i carries its bytes, 2i+1 its
errors. The first message on each is the port, two bytes with the low one first.
"""

import base64
import struct
from collections.abc import Callable, Sequence

from support.kubelet.course import Course
from support.kubelet.held import Held
from support.kubelet.runtime import Runtime, words_of
from support.kubelet.wires import Wire


class Channel:
    """One connection."""

    def __init__(self, channels: "Channels", number: int, port: int) -> None:
        self._channels = channels
        self.number = number
        self.port = port
        self.course: Course | None = None

    def send(self, content: bytes) -> None:
        self._channels.say(self.number, content)

    def hold(self, course: Course) -> None:
        self._channels.hold(course)

    def release(self, course: Course) -> None:
        self._channels.release(course)

    def done(self, trouble: OSError | None) -> None:
        if trouble is not None:
            self.failed(words_of(trouble))
        else:
            self._channels.end()

    def failed(self, words: str) -> None:
        self._channels.complain(self, words)


class Channels:
    """Over a wire of whole messages. When one connection ends, all do."""

    def __init__(
        self, runtime: Runtime, note: Callable[[int], None], ports: Sequence[int], *, is_text: bool
    ) -> None:
        self._runtime = runtime
        self._note = note
        self._channels = [Channel(self, 2 * at, port) for at, port in enumerate(ports)]
        self._is_text = is_text
        self._held = Held()
        self._wire: Wire | None = None
        self._is_over = False

    def begin(self, wire: Wire) -> None:
        self._wire = wire
        for channel in self._channels:
            for number in (channel.number, channel.number + 1):
                self.say(number, struct.pack("<H", channel.port))
        for channel in self._channels:
            self._note(channel.port)
            channel.course = self._runtime.start(channel.port, channel)

    def feed(self, message: bytes) -> None:
        if not message:
            return
        number, content = message[0], message[1:]
        if self._is_text:
            number, content = number - ord("0"), base64.b64decode(content)
        if number % 2 or not 0 <= number // 2 < len(self._channels):
            return  # channels of errors are not read
        course = self._channels[number // 2].course
        if course is not None:
            course.from_client(content)

    def fill(self) -> None:
        for course in self._courses():
            course.pause()

    def drain(self) -> None:
        for course in self._courses():
            course.resume()

    def lost(self) -> None:
        self._is_over = True
        for course in self._courses():
            course.client_ended()

    def end(self) -> None:
        if not self._is_over and self._wire is not None:
            self._is_over = True
            self._wire.close()

    def say(self, number: int, content: bytes) -> None:
        if self._wire is None or self._is_over:
            return
        if self._is_text:
            self._wire.write([bytes([ord("0") + number]), base64.b64encode(content)])
        else:
            self._wire.write([bytes([number]), content])

    def complain(self, channel: Channel, words: str) -> None:
        self.say(channel.number + 1, self._runtime.in_error(channel.port, words).encode())
        self.end()

    def hold(self, course: Course) -> None:
        self._held.hold(course, self._wire)

    def release(self, course: Course) -> None:
        self._held.release(course, self._wire)

    def _courses(self) -> list[Course]:
        return [channel.course for channel in self._channels if channel.course is not None]
