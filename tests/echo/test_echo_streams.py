"""Large bodies, events and WebSockets."""

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import WSMsgType

SIZE = 50 * 1000**2
CHUNK = bytes(64 * 1024)

# Both ends live in this process, and neither may hold a noticeable part of the body.
ALLOWED_GROWTH = 16 * 1024**2


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


class Gauge:
    """Remembers how far the process grew beyond where it began."""

    def __init__(self):
        self.began = resident_bytes()
        self.growth = 0

    def look(self):
        self.growth = max(self.growth, resident_bytes() - self.began)


async def test_a_large_upload_is_counted_and_not_kept(browsing):
    async def body():
        for _ in range(SIZE // len(CHUNK)):
            yield CHUNK
            gauge.look()
        yield CHUNK[: SIZE % len(CHUNK)]

    async with browsing() as client:
        gauge = Gauge()
        async with client.put("/cart/upload", data=body()) as answer:
            assert (await answer.json())["body_bytes"] == SIZE
    assert gauge.growth < ALLOWED_GROWTH


async def test_a_packed_upload_counts_as_sent(browsing):
    headers = {"Content-Encoding": "gzip"}
    async with (
        browsing() as client,
        client.post("/", data=b"not even gzip", headers=headers) as answer,
    ):
        assert (await answer.json())["body_bytes"] == 13


async def test_a_large_download_has_a_length_and_is_not_kept(browsing):
    async with browsing() as client:
        gauge = Gauge()
        total = 0
        async with client.get(f"/cart/bytes/{SIZE}") as answer:
            assert answer.content_length == SIZE
            async for chunk in answer.content.iter_any():
                total += len(chunk)
                gauge.look()
    assert total == SIZE
    assert gauge.growth < ALLOWED_GROWTH


async def test_a_slow_reader_slows_the_download(running):
    async with running() as echo, echo.connected() as (reader, writer):
        gauge = Gauge()
        writer.write(b"GET /bytes/10737418240 HTTP/1.0\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        for _ in range(100):
            await echo.exchange(b"GET /healthz HTTP/1.0\r\n\r\n")
            gauge.look()
    assert gauge.growth < ALLOWED_GROWTH


async def test_events_arrive_one_by_one(running):
    async with running() as echo, echo.connected() as (reader, writer):
        writer.write(b"GET /cart/stream?count=2&interval=300 HTTP/1.0\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"Content-Type: text/event-stream\r\n" in head
        # The second event is five minutes away.
        first = await reader.readuntil(b"\n\n")
        assert first == b'id: 1\ndata: {"name": "cart", "n": 1}\n\n'


async def test_events_end(browsing):
    async with browsing() as client, client.get("/stream?count=3&interval=0.01") as answer:
        events = (await answer.text()).split("\n\n")
    assert [json.loads(event.partition("data: ")[2])["n"] for event in events[:-1]] == [1, 2, 3]


@pytest.mark.parametrize(
    "said",
    ["", "hello", "ünï", b"", b"\x00\xff", "x" * 16 * 1024**2, b"x" * 16 * 1024**2],
    ids=["no text", "text", "utf-8", "no bytes", "bytes", "16 MiB of text", "16 MiB of bytes"],
)
async def test_a_websocket_repeats(browsing, said):
    async with browsing() as client, client.ws_connect("/cart/ws", max_msg_size=0) as socket:
        assert socket._response.headers["X-Echo-Name"] == "cart"
        await (socket.send_str if isinstance(said, str) else socket.send_bytes)(said)
        assert (await socket.receive()).data == said
        await socket.close(code=1000)
        assert socket.close_code == 1000


async def test_a_websocket_answers_pings(browsing):
    async with browsing() as client, client.ws_connect("/ws", autoping=False) as socket:
        await socket.ping(b"there?")
        answer = await socket.receive()
    assert (answer.type, answer.data) == (WSMsgType.PONG, b"there?")


async def test_a_websocket_refuses_more_than_16_mib(running):
    async with running() as echo, echo.connected() as (reader, writer):
        writer.write(
            b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        # The header of one masked binary frame (RFC 6455, 5.2); its data never has to come.
        writer.write(b"\x82\xff" + (16 * 1024**2 + 1).to_bytes(8) + b"mask")
        opcode, _, *code = await reader.readexactly(4)
    assert (opcode, int.from_bytes(code)) == (0x88, 1009)


async def test_many_websockets_at_once(browsing):
    async def repeat(client, number):
        async with client.ws_connect("/ws") as socket:
            for turn in range(5):
                await socket.send_str(f"{number}-{turn}")
                assert await socket.receive_str() == f"{number}-{turn}"

    async with browsing() as client, asyncio.TaskGroup() as group:
        for number in range(50):
            group.create_task(repeat(client, number))
