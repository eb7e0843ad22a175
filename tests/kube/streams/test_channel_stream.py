"""The one stream of a WebSocket with channels, in virtual time."""

import asyncio
import os
from collections.abc import Awaitable, Callable

from kube.streams import virtual_time
from kube.streams.peer import unmasked, websocket_bytes, websocket_frame
from kube.streams.test_session import Client, Connection
from portico.kube.streams.channel_stream import ChannelStream
from portico.kube.streams.masking import apply_mask
from portico.kube.streams.websocket import WebSocket

PORTS = [b"\x00\x50\x00", b"\x01\x50\x00"]
"""What comes first on both channels: port 80."""


class Stage:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.connection = Connection()
        room = memoryview(bytearray(1 << 16))
        websocket = WebSocket(apply_mask, os.urandom)
        self.stream = ChannelStream(websocket, Client("1", self.heard), room)
        self.stream.connection_made(self.connection)
        for message in PORTS:
            self.receive(message)

    def receive(self, message: bytes) -> None:
        self.stream.feed(memoryview(websocket_bytes(2, message)))

    @property
    def sent(self) -> list[tuple[int, bytes]]:
        written, self.connection.written = self.connection.written, b""
        return list(unmasked(written))


def played(story: Callable[[Stage], Awaitable[None]]) -> None:
    async def play() -> None:
        stage = Stage()
        await story(stage)
        stage.stream.reset()

    virtual_time.run(play())


def test_bytes_go_both_ways() -> None:
    async def story(stage: Stage) -> None:
        stage.stream.write(b"hello")
        assert stage.sent == [(2, b"\x00hello")]
        stage.receive(b"\x00how are you?")
        assert stage.heard == ["1 hears how are you?"]
        stage.stream.write(bytes(40_000))
        assert [len(content) for _, content in stage.sent] == [32_769, 7_233]

    played(story)


def test_an_error_without_a_byte_is_a_refusal() -> None:
    async def story(stage: Stage) -> None:
        stage.receive(b"\x01connection refused")
        stage.stream.feed(memoryview(websocket_frame("CLOSE 1000")))
        assert stage.heard == ["1 ended REFUSED connection refused"]
        assert stage.connection.is_closed

    played(story)


def test_an_error_after_bytes_is_a_reset() -> None:
    async def story(stage: Stage) -> None:
        stage.receive(b"\x00half")
        stage.receive(b"\x01connection reset by peer")
        stage.stream.connection_lost(None)
        assert stage.heard == ["1 hears half", "1 ended RESET_BY_POD connection reset by peer"]

    played(story)


def test_the_end_of_the_connection_is_the_pods_end() -> None:
    async def story(stage: Stage) -> None:
        stage.receive(b"\x00bye")
        stage.stream.connection_lost(None)
        assert stage.heard == ["1 hears bye", "1 hears the end", "1 ended CLEAN"]

    played(story)


def test_the_clients_end_ends_all_once_the_pod_is_silent() -> None:
    async def story(stage: Stage) -> None:
        stage.stream.write_eof()
        await asyncio.sleep(0.9)
        stage.receive(b"\x00wait")
        await asyncio.sleep(0.9)
        assert stage.heard == ["1 hears wait"]
        await asyncio.sleep(0.2)
        assert stage.heard == ["1 hears wait", "1 hears the end", "1 ended CLEAN"]
        assert stage.sent[-1][0] == 8  # CLOSE

    played(story)


def test_a_server_that_is_gone_is_noticed() -> None:
    async def story(stage: Stage) -> None:
        await asyncio.sleep(10.1)
        assert [opcode for opcode, _ in stage.sent] == [9]  # PING
        stage.stream.feed(memoryview(websocket_frame("PONG")))
        await asyncio.sleep(35)
        assert stage.heard == ["1 ended LOST no answer for 20 s"]

    played(story)


def test_who_pauses_is_not_read_and_not_lost() -> None:
    async def story(stage: Stage) -> None:
        stage.stream.pause_reading()
        assert not stage.connection.is_read
        await asyncio.sleep(60)
        assert stage.heard == []
        stage.stream.resume_reading()
        assert stage.connection.is_read

    played(story)


def test_a_server_that_speaks_of_other_channels_is_left() -> None:
    async def story(stage: Stage) -> None:
        stage.receive(b"\x07what?")
        assert stage.heard == [
            "1 ended LOST the server does not speak as we do: a message of channel 7"
        ]

    played(story)
