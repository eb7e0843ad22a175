"""From a client to a session: what servers answer to the wish for streams."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from kube.streams.peer import SpdyPeer, websocket_frame
from kube.streams.test_session import Client as Receiver
from portico.kube.config.access import Access
from portico.kube.config.server import Server
from portico.kube.http.client import Client
from portico.kube.http.errors import GarbledError
from portico.kube.streams.dial import Dialling, dial_session
from portico.kube.streams.forms import TUNNEL_PROTOCOL, Form, Pod
from portico.kube.streams.pod_stream import HalfClose
from portico.kube.streams.websocket import accept_of

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
ROOM = memoryview(bytearray(1 << 16))

Answer = Callable[[dict[str, str]], bytes]


@asynccontextmanager
async def answering(answer: Answer, heard: asyncio.Queue[bytes]) -> AsyncIterator[Dialling]:
    """A server that answers in one piece and then only listens; nothing is answered by its end."""

    served: list[asyncio.Event] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.Event())
        is_over = served[-1]
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        headers["sec-websocket-key"] = next(
            (line.split(": ")[1] for line in head if line.startswith("Sec-WebSocket-Key")), ""
        )
        writer.write(answer(headers))
        with contextlib.suppress(ConnectionResetError):
            while piece := await reader.read(1000):
                heard.put_nowait(piece)
        writer.close()
        with contextlib.suppress(ConnectionResetError):
            await writer.wait_closed()
        is_over.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Client(Access(Server("http", "127.0.0.1", port))) as client:
            pod = Pod("default", "a/b?c")
            yield Dialling(client, pod, HalfClose.DEFER, ROOM, lambda: None)
        for is_over in served:
            await is_over.wait()


def spdy(then: bytes) -> Answer:
    return lambda _: UPGRADED + b"Upgrade: SPDY/3.1\r\n\r\n" + then


def tunnel(key: str = "", protocol: str = TUNNEL_PROTOCOL, then: bytes = b"") -> Answer:
    def answer(headers: dict[str, str]) -> bytes:
        told = f"Upgrade: websocket\r\nSec-WebSocket-Protocol: {protocol}\r\n"
        told += f"Sec-WebSocket-Accept: {key or accept_of(headers['sec-websocket-key'])}\r\n\r\n"
        return UPGRADED + told.encode() + then

    return answer


PING = SpdyPeer().frame("PING 2")
CASES = {
    Form.SPDY: spdy(PING),
    Form.WEBSOCKET: tunnel(then=bytes([0x82, len(PING)]) + PING),
}


@pytest.mark.parametrize("form", CASES)
async def test_what_comes_with_the_answer_is_not_lost(form: Form) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    async with answering(CASES[form], heard) as dialling, dial_session(dialling, form) as session:
        assert session.is_open
        assert len(await asyncio.wait_for(heard.get(), 20)) >= len(PING)  # the answer to the ping


async def test_a_session_that_ends_with_the_answer() -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    answer = tunnel(then=websocket_frame("CLOSE 1001 shutting down"))
    async with (
        answering(answer, heard) as dialling,
        dial_session(dialling, Form.WEBSOCKET) as session,
    ):
        await asyncio.wait_for(session.wait_end(), 20)
        assert session.why == "shutting down"
        assert not session.takes_more


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (tunnel(key="x" * 28), "did not understand the handshake"),
        (tunnel(protocol="v4.channel.k8s.io"), "speaks 'v4.channel.k8s.io' and not"),
        (spdy(b""), "did not understand the handshake"),
    ],
)
async def test_a_server_that_means_something_else(answer: Answer, words: str) -> None:
    async with answering(answer, asyncio.Queue()) as dialling:
        with pytest.raises(GarbledError, match=words):
            async with dial_session(dialling, Form.WEBSOCKET):
                pass


async def test_the_name_of_a_pod_is_no_path() -> None:
    seen: list[str] = []

    def answer(headers: dict[str, str]) -> bytes:
        seen.append(headers["host"])
        return spdy(b"")(headers)

    async with answering(answer, asyncio.Queue()) as dialling:
        assert dialling.pod.path == "/api/v1/namespaces/default/pods/a%2Fb%3Fc/portforward"
        async with dial_session(dialling, Form.SPDY) as session:
            notes: list[str] = []
            session.open_stream(80, Receiver("1", notes))
    assert notes == ["1 ended CLOSED"]
    assert seen
