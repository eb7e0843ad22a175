"""Bodies of any size and length in time, both ways."""

import threading

import pytest

from support.asking import ask, told
from support.client import Client
from support.plans import addresses, backend, plan_of, site

pytestmark = pytest.mark.nginx

MIB = 1 << 20


@pytest.fixture
def live(shared_nginx, endpoints):
    shared_nginx.serve(
        plan_of(
            backend("front", *addresses(endpoints.port, 1)),
            site("shop.example", {"/": "front"}),
        )
    )
    return shared_nginx


def test_a_large_body_passes(live):
    assert told(ask(live, method="POST", body=b"x" * (20 * MIB)))["body"] == 20 * MIB


def test_a_chunked_body_passes(live):
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    chunked = [("Transfer-Encoding", "chunked")]
    answer = ask(live, method="PUT", headers=chunked, body=chunk * 40 + b"0\r\n\r\n")
    assert told(answer)["body"] == 40 * 0x10000


def test_a_body_is_passed_on_while_it_still_comes(live, endpoints):
    arrived = threading.Event()

    def read_slowly(exchange):
        assert exchange.reader.read(5) == b"first"
        arrived.set()
        exchange.answer(exchange.reader.read(6))

    endpoints.on["/up"] = read_slowly
    with Client(live.http_port) as client:
        client.send(b"POST /up HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 11\r\n\r\nfirst")
        assert arrived.wait(20), "the endpoint got nothing before all was there"
        client.send(b"second")
        assert client.response().body == b"second"


@pytest.mark.parametrize("kind", ["text/plain", "text/event-stream"])
def test_an_answer_arrives_while_it_is_still_made(live, endpoints, kind):
    go_on = threading.Event()

    def trickle(exchange):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
        exchange.connection.sendall(head.encode() + b"5\r\nfirst\r\n")
        assert go_on.wait(20)
        exchange.connection.sendall(b"6\r\nsecond\r\n0\r\n\r\n")

    endpoints.on["/trickle"] = trickle
    with Client(live.http_port) as client:
        client.send(b"GET /trickle HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        assert client.head()[0] == 200
        assert client.chunk() == b"first"
        go_on.set()
        assert client.chunk() == b"second"
        assert client.chunk() == b""


def test_a_large_answer_passes(live, endpoints):
    endpoints.on["/large"] = lambda exchange: exchange.answer(b"x" * (20 * MIB))
    assert ask(live, "/large").body == b"x" * (20 * MIB)


def test_an_answer_that_ends_with_its_connection_passes(live, endpoints):
    def unsized(exchange):
        exchange.connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nall of it")
        raise ConnectionAbortedError

    endpoints.on["/unsized"] = unsized
    assert ask(live, "/unsized").body == b"all of it"


def test_websocket_frames_pass_both_ways(live, endpoints):
    """Opaque to nginx; what a WebSocket says of itself is in the headers."""
    asked = {}

    def mirror(exchange):
        asked.update(exchange.headers)
        head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
        exchange.connection.sendall((head + accept).encode())
        while data := exchange.reader.read1(4096):
            exchange.connection.sendall(data)

    endpoints.on["/ws"] = mirror
    headers = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Version", "13"),
    ]
    frame = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"  # RFC 6455, 5.7: "Hello", masked
    with Client(live.http_port) as client:
        assert client.ask("/ws", "shop.example", headers=headers).status == 101
        for _ in range(3):
            client.send(frame)
            assert client.exactly(len(frame)) == frame
    assert asked["Sec-WebSocket-Key"] == "dGhlIHNhbXBsZSBub25jZQ=="
    assert (asked["Connection"], asked["Upgrade"]) == ("upgrade", "websocket")


def test_a_head_request_has_no_body(live):
    with Client(live.http_port) as client:
        answer = client.ask("/", "shop.example", "HEAD")
        assert (answer.status, answer.body) == (200, b"")
        assert int(answer.header("Content-Length")) > 0
        assert client.ask("/", "shop.example").status == 200


@pytest.mark.parametrize("status", [204, 304, 404, 500, 503])
def test_the_status_of_an_endpoint_is_passed_on(live, endpoints, status):
    def answer(exchange):
        body = b"" if status in (204, 304) else b"its own words"
        exchange.answer(body, status, {"X-Own": "1"})

    endpoints.on["/status"] = answer
    got = ask(live, "/status")
    assert (got.status, got.header("X-Own")) == (status, "1")
    assert got.body in (b"", b"its own words")
    assert endpoints.requests == {"127.0.10.1": 1}  # an answer is an answer: not tried again
