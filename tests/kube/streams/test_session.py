"""One session, as conversations of three: the clients, we, and the server.

+ CONNECT 1 80        a client wants port 80; its number is how it is called from here on
+ SAY 1 hello         and EOF 1, RESET 1, PAUSE 1, RESUME 1
> DATA 3 hello        what has to be sent, in this order
< DATA 3 hi           what the server sends; BREAKS ends the connection
= 1 hears hi          what the clients are told, in this order
@ 1.5                 seconds pass
z 3600                the machine sleeps for so many seconds
? reads               or `waits`: whether the connection is read

`x100000` stands for so many letters.
"""

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kube.streams import playbook, virtual_time
from kube.streams.peer import SpdyPeer, unmasked, websocket_bytes
from portico.kube.streams import heartbeat
from portico.kube.streams.masking import apply_mask
from portico.kube.streams.pod_stream import HalfClose
from portico.kube.streams.session import Session
from portico.kube.streams.stream import Buffer, End
from portico.kube.streams.websocket import WebSocket
from portico.kube.streams.wrapping import Bare, Tunnel


class Connection(asyncio.Transport):
    """What the session has been given."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_read = True
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True

    def close(self) -> None:
        self.is_closed = True


class Client:
    """A receiver that notes what it is told."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name = name
        self.stream: Any = None
        self._notes = notes

    def data_received(self, data: Buffer) -> None:
        text = bytes(data).decode()
        before = self._notes[-1] if self._notes else ""
        if before.startswith(f"{self.name} hears "):
            self._notes[-1] = before + text
        else:
            self._note(f"hears {text}")

    def eof_received(self) -> None:
        self._note("hears the end")

    def stream_ended(self, end: End) -> None:
        self._note(f"ended {end.ending.name} {end.detail}".rstrip())

    def pause_writing(self) -> None:
        self._note("is to pause")

    def resume_writing(self) -> None:
        self._note("may go on")

    def _note(self, text: str) -> None:
        self._notes.append(f"{self.name} {text}")


class Stage:
    """Where a conversation is played."""

    slept = 0.0

    def __init__(self, wrapping: str, half_close: HalfClose, piece: int) -> None:
        self._is_tunnel = wrapping == "tunnel"
        self._piece = piece
        self._peer = SpdyPeer()
        self._notes: list[str] = []
        self._sent: list[str] = []
        self._clients: dict[str, Client] = {}
        self.connection = Connection()
        around = Tunnel(WebSocket(apply_mask, os.urandom)) if self._is_tunnel else Bare()
        room = memoryview(bytearray(1 << 17))
        self.session = Session(around, room, half_close, lambda: None)
        self.session.connection_made(self.connection)

    async def play(self, line: str) -> None:
        sign, rest = line.split(" ", 1)
        rest = re.sub(r"x(\d+)", lambda found: "x" * int(found[1]), rest)
        match sign:
            case "+":
                self._do(*rest.split(" ", 2))
            case "<":
                self._receive(rest)
            case ">":
                assert self._next_sent() == rest
            case "=":
                assert self._notes, f"nobody was told: {rest[:100]}"
                assert self._notes.pop(0) == rest
            case "@":
                await asyncio.sleep(float(rest))
            case "z":
                Stage.slept += float(rest)
            case "?":
                assert self.connection.is_read == (rest == "reads")
            case _:
                raise ValueError(line)

    def finish(self) -> None:
        self._drain()
        assert self._sent == []
        assert self._notes == []
        self.session.close()

    def _do(self, verb: str, name: str, rest: str = "") -> None:
        if verb == "CONNECT":
            client = self._clients[name] = Client(name, self._notes)
            client.stream = self.session.open_stream(int(rest), client)
            return
        stream = self._clients[name].stream
        match verb:
            case "SAY":
                stream.write(rest.encode())
            case "EOF":
                stream.write_eof()
            case "RESET":
                stream.reset()
            case "PAUSE":
                stream.pause_reading()
            case "RESUME":
                stream.resume_reading()

    def _receive(self, line: str) -> None:
        if line == "BREAKS":
            self.session.connection_lost(ConnectionResetError("Connection reset by peer"))
            return
        content = self._peer.frame(line)
        for piece in playbook.slices(content, self._piece):
            wrapped = websocket_bytes(2, piece) if self._is_tunnel else piece
            room = self.session.get_buffer(-1)
            room[: len(wrapped)] = wrapped
            self.session.buffer_updated(len(wrapped))
            room[: len(wrapped)] = b"?" * len(wrapped)  # nobody may keep it

    def _next_sent(self) -> str:
        self._drain()
        assert self._sent, "nothing was sent"
        return self._sent.pop(0)

    def _drain(self) -> None:
        written, self.connection.written = self.connection.written, b""
        if self._is_tunnel:
            written = b"".join(content for opcode, content in unmasked(written) if opcode == 2)
        self._sent += self._peer.lines(written)


WHOLE = 1 << 16
CASES = [
    pytest.param(path, piece, id=f"{path.stem}, {name}")
    for path in playbook.paths("session")
    for piece, name in ((WHOLE, "whole"), (1, "byte by byte"), (7, "in sevens"))
    if piece == WHOLE or "x100000" not in path.read_text()  # that long is the same as whole
]


@pytest.mark.parametrize(("path", "piece"), CASES)
@pytest.mark.parametrize("wrapping", ["bare", "tunnel"])
def test_a_conversation(
    path: Path, wrapping: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_close = HalfClose.FORWARD if path.stem.startswith("forward-") else HalfClose.DEFER
    lines = [line.split(" #")[0].rstrip() for line in path.read_text().splitlines()]

    async def story() -> None:
        monkeypatch.setattr(Stage, "slept", 0.0)
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(heartbeat, "since_boot", lambda: loop.time() + Stage.slept)
        stage = Stage(wrapping, half_close, piece)
        for line in lines:
            if line and not line.startswith("#"):
                await stage.play(line)
        stage.finish()

    virtual_time.run(story())


@given(pieces=st.lists(st.binary(max_size=60), max_size=6), is_tunnel=st.booleans())
@example(
    pieces=[bytes.fromhex("00000003 01000000 80030003 00000008 00000003 00000005")],
    is_tunnel=False,
)
def test_whatever_the_server_sends_the_session_ends_in_order(pieces, is_tunnel) -> None:
    async def story() -> None:
        stage = Stage("tunnel" if is_tunnel else "bare", HalfClose.DEFER, 1)
        await stage.play("+ CONNECT 1 80")
        for piece in pieces:
            stage.session.feed(memoryview(piece))
        stage.session.close()
        assert stage.connection.is_closed

    virtual_time.run(story())


class Unread(Connection):
    """To a peer that reads nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0

    def write(self, data: Any) -> None:
        self.size += len(data)

    def get_write_buffer_size(self) -> int:
        return self.size


@pytest.mark.parametrize("line", ["PING 2", "SYN_STREAM 2", "WebSocket"])
def test_a_peer_that_talks_and_does_not_listen(line: str) -> None:
    """What it would have to be answered is not kept for it without end."""

    async def story() -> None:
        stage = Stage("tunnel" if line == "WebSocket" else "bare", HalfClose.DEFER, WHOLE)
        peer, unread = SpdyPeer(), Unread()
        stage.session.connection_made(unread)
        for _ in range(120_000):
            said = websocket_bytes(9, bytes(100)) if line == "WebSocket" else peer.frame(line)
            stage.session.feed(memoryview(said))
        assert 1 << 19 < unread.size < 1 << 21
        assert stage.session.is_open

    virtual_time.run(story())
