"""What is spoken through Portico, by clients that are not ours where there are any."""

import asyncio
import json
import re
import shutil
import subprocess

import pytest
import websockets
from aiohttp import ClientSession, ClientTimeout, WSMsgType

from live.manifests import backend, endpoints, ingress, secret, service
from live.until import eventually
from live.wire import Wire, trusting_everybody
from model.certificates import pair
from support.client import Client, request

pytestmark = pytest.mark.nginx

HOST = "shop.example"
BOTH = pytest.mark.parametrize("sni", ["", HOST], ids=["http", "https"])


@pytest.fixture
def shop(program, ports):
    """One endpoint behind HTTP and HTTPS."""
    program.save("web.yaml", backend("web", ports["a"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")], secret="tls", redirect="false"))
    program.save("tls.yaml", secret("tls", pair(HOST)))
    program.start()
    return program


@BOTH
async def test_websocket(shop, sni):
    """Text, binary, a megabyte, pings, and goodbye."""
    place = f"wss://127.0.0.1:{shop.https}" if sni else f"ws://127.0.0.1:{shop.http}"
    secure = {"ssl": trusting_everybody(), "server_hostname": HOST} if sni else {}
    async with (
        ClientSession(timeout=ClientTimeout(20)) as session,
        session.ws_connect(f"{place}/ws", headers={"Host": HOST}, max_msg_size=0, **secure) as ws,
    ):
        connection = ws.get_extra_info("socket")
        await ws.send_str("Grüße")
        assert await ws.receive_str() == "Grüße"
        for size in (0, 1, 125, 126, 65536, 1_000_000):
            await ws.send_bytes(b"\xff" * size)
            assert await ws.receive_bytes() == b"\xff" * size
        await ws.ping(b"are you there")
        await ws.send_str("after the ping")
        assert await ws.receive_str() == "after the ping"
        await ws.close(code=4001, message=b"enough")
        assert ws.close_code == 1000  # the endpoint said goodbye, too; cut it would be 1006
        assert (await ws.receive()).type is WSMsgType.CLOSED

        async def is_closed() -> bool:
            return bool(connection.fileno() == -1)

        await eventually(is_closed, "the connection to end")


async def test_a_compressed_websocket(shop):
    """By another client: what the two sides agree on is their affair (RFC 7692)."""
    to = {"host": "127.0.0.1", "port": shop.http}
    async with websockets.connect(f"ws://{HOST}/ws", compression="deflate", **to) as ws:
        assert [each.name for each in ws.protocol.extensions] == ["permessage-deflate"]
        for text in ("x" * 300_000, "Grüße", ""):
            await ws.send(text)
            assert await ws.recv() == text
        await ws.send([b"in", b"three", b"parts"])
        assert await ws.recv() == b"inthreeparts"
        await (await ws.ping())


@BOTH
async def test_server_sent_events_arrive_one_by_one(shop, sni):
    """The second comes five minutes later; nobody waits for it to see the first."""
    port = shop.https if sni else shop.http
    async with await Wire.open(port, sni=sni) as wire, asyncio.timeout(20):
        head = f"GET /stream?count=2&interval=300 HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
        wire.writer.write(head.encode())
        status, headers = await wire.head()
        assert status == 200
        assert headers["content-type"] == "text/event-stream"
        assert (await wire.chunk()).startswith(b"id: 1\n")


def test_server_sent_events_over_http2(shop):
    command = curl(shop, "--http2", "--no-buffer", "/stream?count=2&interval=300")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"id: 1\n"
        finally:
            process.kill()


def test_http2_by_curl(shop):
    told = run(*curl(shop, "--http2", "--include", "/a?b=c", "--data", "some text"))
    assert told.startswith("HTTP/2 200")
    seen = json.loads(told[told.index("{") :])
    assert (seen["method"], seen["path"], seen["query"]) == ("POST", "/a", "b=c")
    assert seen["host"] == f"{HOST}:{shop.https}"
    assert seen["headers"]["x-forwarded-proto"] == "https"
    assert seen["body_bytes"] == len("some text")


def test_http2_by_h2load(shop):
    """Many streams at once on a few connections."""
    place = f"https://{HOST}:{shop.https}/"
    to = f"--connect-to=127.0.0.1:{shop.https}"
    told = run("h2load", "-n", "2000", "-c", "5", "-m", "20", to, place)
    assert "Application protocol: h2" in told
    assert re.search(r"requests: 2000 total, 2000 started, 2000 done, 2000 succeeded", told)
    assert "status codes: 2000 2xx" in told


def test_http_1_1_over_tls_is_still_spoken(shop):
    assert run(*curl(shop, "--http1.1", "--include", "/")).startswith("HTTP/1.1 200")


@BOTH
def test_head(shop, sni):
    """Headers as of a GET, and no body: the next answer follows at once."""
    with Client(shop.https if sni else shop.http, tls=bool(sni), sni=sni or None) as client:
        for _ in range(2):
            answer = client.ask("/bytes/12345", HOST, "HEAD")
            assert (answer.status, answer.header("Content-Length")) == (200, "12345")
        assert len(client.ask("/bytes/12345", HOST).body) == 12345


def test_100_continue(shop):
    """Who waits for a go-ahead gets it, and only then sends what is large."""
    with Client(shop.http) as client:
        body = b"x" * 100_000
        headers = [("Content-Length", str(len(body))), ("Expect", "100-continue")]
        client.send(request("/", HOST, "POST", headers))
        assert client.head()[0] == 100
        client.send(body)
        assert json.loads(client.response().body)["body_bytes"] == len(body)


def test_a_chunked_upload(shop):
    """Nobody knows how long it will be; it is passed on as it comes."""
    with Client(shop.http) as client:
        client.send(request("/", HOST, "POST", [("Transfer-Encoding", "chunked")]))
        for size in (1, 1000, 100_000):
            client.send(b"%x\r\n%b\r\n" % (size, b"x" * size))
        client.send(b"0\r\n\r\n")
        seen = json.loads(client.response().body)
        assert seen["body_bytes"] == 101_001
        assert client.ask("/", HOST).status == 200


def test_answers_of_all_sorts(shop):
    for status in (200, 204, 301, 304, 404, 418, 500, 503):
        answer = shop.get(HOST, f"/status/{status}")
        assert (answer.status, answer.header("X-Echo-Name")) == (status, "a")


def test_an_endpoint_that_speaks_https(shop, ports):
    """It is told the same of the client, and its certificate may be its own affair."""
    shop.save("secure.yaml", backend("secure", ports["tls"], protocol="https"))
    shop.save("ingress.yaml", ingress("secure", "secure.example", [("/", "secure")]))
    shop.until_served("secure.example", "/", "tls")
    seen = json.loads(shop.get("secure.example", "/a?b=c", method="POST", body=b"12345").body)
    assert (seen["method"], seen["path"], seen["body_bytes"]) == ("POST", "/a", 5)
    assert seen["host"] == "secure.example"
    assert seen["headers"]["x-forwarded-proto"] == "http"


def test_an_ipv6_endpoint(shop, ports):
    shop.save("six.yaml", service("six"), endpoints("six", ("::1", ports["v6"]), family="IPv6"))
    shop.save("ingress.yaml", ingress("six", "six.example", [("/", "six")]))
    shop.until_served("six.example", "/", "v6")


def test_a_request_has_one_id_all_the_way(shop):
    """Its own, where the client gave one."""
    made = json.loads(shop.get(HOST).body)["headers"]["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    given = [("X-Request-ID", "from-the-client")]
    seen = json.loads(shop.get(HOST, headers=given).body)["headers"]["x-request-id"]
    assert seen == "from-the-client"


def curl(shop, *arguments: str) -> list[str]:
    """curl, with the path among the arguments made a URL of the shop."""
    place = f"https://{HOST}:{shop.https}"
    fixed = ["curl", "--silent", "--show-error", "--insecure", "--max-time", "20"]
    fixed += ["--resolve", f"{HOST}:{shop.https}:127.0.0.1"]
    return fixed + [place + each if each.startswith("/") else each for each in arguments]


def run(*command: str) -> str:
    assert shutil.which(command[0]), f"{command[0]} is not installed: make setup"
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
