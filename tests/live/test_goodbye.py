"""SIGTERM: what is under way comes to its end, and who is still there is told goodbye."""

import asyncio
import signal

import pytest
from aiohttp import ClientSession, ClientTimeout, WSMsgType

from live.manifests import backend, ingress, secret
from live.until import eventually, until
from live.wire import Wire, trusting_everybody
from model.certificates import pair

pytestmark = pytest.mark.nginx

HOST = "shop.example"


@pytest.fixture
def shop(program, ports):
    program.save("web.yaml", backend("web", ports["a"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")], secret="tls", redirect="false"))
    program.save("tls.yaml", secret("tls", pair(HOST)))
    program.start("--grace", "4")
    return program


async def test_websockets_that_nobody_closes_hear_1001(shop):
    secure = {"ssl": trusting_everybody(), "server_hostname": HOST}
    async with (
        ClientSession(timeout=ClientTimeout(30), headers={"Host": HOST}) as session,
        session.ws_connect(f"ws://127.0.0.1:{shop.http}/ws") as plain,
        session.ws_connect(f"wss://127.0.0.1:{shop.https}/ws", **secure) as over_tls,
    ):
        shop.process.send_signal(signal.SIGTERM)
        for ws in (plain, over_tls):
            await ws.send_str("still there?")
            assert await ws.receive_str() == "still there?"
        for ws in (plain, over_tls):
            told = await ws.receive()
            assert (told.type, told.data) == (WSMsgType.CLOSE, 1001)
    assert await asyncio.to_thread(shop.ended) == 0
    # It was told to go, and did; nothing had to be cut.
    assert "WebSockets" not in shop.logged()


async def test_one_that_is_closed_in_time_has_its_own_code(shop):
    async with (
        ClientSession(timeout=ClientTimeout(30)) as session,
        session.ws_connect(f"http://127.0.0.1:{shop.http}/ws", headers={"Host": HOST}) as ws,
    ):
        shop.process.send_signal(signal.SIGTERM)
        await eventually(lambda: is_refused(shop.http), "nginx to take no more connections")
        await ws.close(code=4001)
        assert ws.close_code == 1000  # what the endpoint answers; cut it would be 1006
    assert await asyncio.to_thread(shop.ended) == 0


async def test_a_download_is_finished(shop):
    async with await Wire.open(shop.http) as wire, asyncio.timeout(30):
        size = 50_000_000
        wire.writer.write(f"GET /bytes/{size} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        status, headers = await wire.head()
        assert (status, headers["content-length"]) == (200, str(size))
        got = len(await wire.reader.readexactly(1_000_000))
        shop.process.send_signal(signal.SIGTERM)
        await eventually(lambda: is_refused(shop.http), "nginx to take no more connections")
        while got < size:
            data = await wire.reader.read(1 << 20)
            assert data, f"cut after {got} bytes"
            got += len(data)
    assert await asyncio.to_thread(shop.ended) == 0


async def test_kill_9_of_portico_leaves_websockets_open(shop):
    async with (
        ClientSession(timeout=ClientTimeout(30)) as session,
        session.ws_connect(f"http://127.0.0.1:{shop.http}/ws", headers={"Host": HOST}) as ws,
    ):
        await asyncio.to_thread(shop.kill)
        # Another setting takes a reload, which is the end of the old workers, and of nobody else.
        await asyncio.to_thread(shop.start, "--redirect-port", "444")
        until(lambda: shop.figures()["reloads"] == 1, "a reload")
        await ws.send_str("still there?")
        assert await ws.receive_str() == "still there?"


async def is_refused(port: int) -> bool:
    try:
        async with await Wire.open(port):
            return False
    except OSError:
        return True
