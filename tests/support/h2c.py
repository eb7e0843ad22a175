"""Just enough HTTP/2 to answer one request after another with a text. Nothing is decoded."""

import socket
from collections.abc import Iterator
from typing import NamedTuple

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, END_HEADERS, ACK = 1, 4, 1
STATUS_200 = b"\x88"  # row 8 of the static table


class Frame(NamedTuple):
    kind: int
    flags: int
    stream: int
    payload: bytes

    def encoded(self) -> bytes:
        head = len(self.payload).to_bytes(3) + bytes((self.kind, self.flags))
        return head + self.stream.to_bytes(4) + self.payload


def serve_h2c(connection: socket.socket, body: bytes) -> None:
    """Until the client leaves."""
    with connection.makefile("rb") as reader:
        if reader.read(len(PREFACE)) != PREFACE:
            return
        connection.sendall(Frame(SETTINGS, 0, 0, b"").encoded())
        for frame in _frames(reader):
            if frame.kind in (SETTINGS, PING) and not frame.flags & ACK:
                connection.sendall(Frame(frame.kind, ACK, 0, _echo(frame)).encoded())
            elif frame.kind in (HEADERS, DATA) and frame.flags & END_STREAM:
                head = Frame(HEADERS, END_HEADERS, frame.stream, STATUS_200)
                data = Frame(DATA, END_STREAM, frame.stream, body)
                connection.sendall(head.encoded() + data.encoded())


def _echo(frame: Frame) -> bytes:
    return frame.payload if frame.kind == PING else b""


def _frames(reader: "socket.SocketIO") -> Iterator[Frame]:
    while len(head := reader.read(9)) == 9:
        payload = reader.read(int.from_bytes(head[:3]))
        yield Frame(head[3], head[4], int.from_bytes(head[5:9]) & 0x7FFFFFFF, payload)
