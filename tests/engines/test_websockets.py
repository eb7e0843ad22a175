"""WebSockets: passed on byte for byte, whatever their frames look like."""

import os
import threading

import pytest

from portico.plan.backend import Protocol
from portico.settings import Balance
from support.asking import ask
from support.client import PATIENCE, Client, request
from support.nginx import running_nginx
from support.plans import addresses, backend, plan_of, site
from support.ports import refusing_port
from support.websockets import (
    BINARY,
    CLOSE,
    CONTINUATION,
    MASK,
    PING,
    PONG,
    SWITCHING,
    TEXT,
    UPGRADE,
    Opened,
    close,
    frame,
)

pytestmark = pytest.mark.nginx

HOST = "shop.example"


def plan(*endpoints, **how):
    return plan_of(backend("front", *endpoints, **how), site(HOST, {"/": "front"}))


@pytest.fixture
def live(shared_nginx, endpoints):
    shared_nginx.serve(plan(*addresses(endpoints.port, 1)))
    return shared_nginx


@pytest.fixture
def opened(live, endpoints):
    made = Opened(endpoints, live.http_port)
    yield made
    made.close()


def upgrade(live, path="/ws", headers=UPGRADE, **how):
    return ask(live, path, HOST, headers=headers, **how)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70_000, 3_000_000])
def test_frames_of_any_size_pass_both_ways(opened, size):
    payload = os.urandom(size)
    sender = threading.Thread(
        target=opened.client.send, args=(frame(BINARY, payload, mask=MASK) * 2,)
    )
    sender.start()
    for _ in range(2):
        assert opened.endpoint.frame() == (BINARY, payload, True)
    sender.join()
    sender = threading.Thread(target=opened.endpoint.send, args=(frame(BINARY, payload) * 2,))
    sender.start()
    for _ in range(2):
        assert opened.client.frame() == (BINARY, payload, False)
    sender.join()


def test_a_fragmented_message_with_control_frames_between(opened):
    """And with the bit that a compressed message has (RFC 7692)."""
    parts = [(TEXT & 0x7F | 0x40, b"a" * 300), (PING, b"?"), (0, b"b"), (PONG, b"!")]
    parts += [(CONTINUATION, b"c" * 70_000)]
    opened.endpoint.send(b"".join(frame(first, payload) for first, payload in parts))
    for first, payload in parts:
        assert opened.client.frame() == (first, payload, False)


def test_byte_after_byte(opened):
    """As whoever has no mercy would send it; each passes at once."""
    sent = frame(TEXT, b"x" * 130, mask=MASK) + close(1000, mask=MASK)
    for number in range(len(sent)):
        opened.client.send(sent[number : number + 1])
        assert opened.endpoint.connection.recv(1) == sent[number : number + 1]


def test_what_is_said_right_behind_the_heads_is_not_lost(live, endpoints):
    heard = []

    def hasty(exchange):
        exchange.connection.sendall(SWITCHING + frame(TEXT, b"first"))
        heard.append(exchange.reader.read(len(frame(TEXT, b"hello", mask=MASK))))
        raise ConnectionAbortedError

    endpoints.on["/ws"] = hasty
    with Client(live.http_port) as client:
        client.send(request("/ws", HOST, headers=UPGRADE) + frame(TEXT, b"hello", mask=MASK))
        assert client.head()[0] == 101
        assert client.exactly(7) == frame(TEXT, b"first")
        assert client.rest() == b""
    assert heard == [frame(TEXT, b"hello", mask=MASK)]


def test_an_interim_answer_is_none(live, endpoints):
    def hints(exchange):
        exchange.connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + SWITCHING)
        raise ConnectionAbortedError

    endpoints.on["/ws"] = hints
    assert upgrade(live).status == 101


@pytest.mark.parametrize("leaver", ["client", "endpoint"])
def test_its_own_goodbye_passes_as_it_is(opened, leaver):
    one, other = opened.client, opened.endpoint
    masks = (MASK, b"")
    if leaver == "endpoint":
        one, other, masks = other, one, (b"", MASK)
    one.send(close(4003, mask=masks[0]))
    assert other.frame().code == 4003
    other.send(close(4003, mask=masks[1]))
    assert one.frame().code == 4003


@pytest.mark.parametrize("leaver", ["client", "endpoint"])
def test_a_connection_that_ends_ends_the_other(opened, leaver):
    """What was said before arrives."""
    one, other = opened.client, opened.endpoint
    if leaver == "endpoint":
        one, other = other, one
    said = b"" if leaver == "endpoint" else MASK
    one.send(frame(BINARY, b"x" * 100_000, mask=said))
    one.connection.shutdown(1)
    assert len(other.frame().payload) == 100_000
    assert other.frame() is None


def test_a_client_that_does_not_read_slows_the_endpoint_down(opened):
    """Nothing piles up in between."""
    opened.endpoint.connection.settimeout(1)
    sent = sent_until_full(opened.endpoint.connection)
    assert sent < 100_000_000
    left = sent
    while left:
        left -= len(opened.client.connection.recv(min(left, 1 << 20)))


def sent_until_full(connection):
    piece, sent = frame(BINARY, b"x" * 1_000_000), 0
    while sent < 1 << 30:
        try:
            sent += connection.send(piece)
        except TimeoutError:
            break
    return sent


def test_an_endpoint_is_told_what_it_is_told_of_any_request(live, endpoints):
    sent = [
        *UPGRADE, ("Cookie", "a=b"), ("Accept", "one"), ("Accept", "two"), ("Proxy", "evil"),
        ("X_Real_IP", "192.0.2.1"), ("X-Forwarded-For", "192.0.2.1"), ("TE", "trailers"),
        ("Keep-Alive", "timeout=5"), ("X-Empty", ""), ("X-Forwarded-Host", "a: "),
        ("Via", "b: :"), ("Origin", "http://shop.example"), ("X-Request-ID", "mine"),
    ]  # fmt: skip
    asked = []

    def no(exchange):
        asked.append((exchange.method, exchange.target, sorted(exchange.headers)))
        exchange.answer(b"", 403)

    endpoints.on["/a%2Fb"] = no
    path = "/a%2Fb?c=%20&d=\xe9"
    assert upgrade(live, path, sent).status == 403
    # nginx's own proxy, for a protocol that is none of ours.
    other = [("Upgrade", "chat") if pair[0] == "Upgrade" else pair for pair in sent]
    assert upgrade(live, path, other).status == 403
    ours, nginxs = asked
    assert ours[:2] == nginxs[:2]
    lowered = [[(name.lower(), value) for name, value in told] for told in (ours[2], nginxs[2])]
    assert [pair for pair in lowered[0] if pair[0] != "upgrade"] == [
        pair for pair in lowered[1] if pair[0] != "upgrade"
    ]
    assert ("upgrade", "websocket") in lowered[0]
    assert ("connection", "upgrade") in lowered[0]


@pytest.mark.parametrize("name", ["websocket", "WebSocket"])
def test_an_answer_that_is_no_websocket_passes_as_it_is(live, endpoints, name):
    def no(exchange):
        lines = [
            "HTTP/1.1 401 Unauthorized", "WWW-Authenticate: Basic", "WWW-Authenticate: Bearer",
            "Set-Cookie: a=b", "Set-Cookie: c=d", "Content-Type: text/html", "Content-Length: 5",
        ]  # fmt: skip
        exchange.connection.sendall("\r\n".join([*lines, "", "sorry"]).encode())

    endpoints.on["/ws"] = no
    headers = [*UPGRADE[:1], ("Upgrade", name), *UPGRADE[2:]]
    with Client(live.http_port) as client:
        for _ in range(2):  # and the connection goes on
            answer = client.ask("/ws", HOST, headers=headers)
            assert (answer.status, answer.body) == (401, b"sorry")
            assert answer.header("Content-Type") == "text/html"
            values = [value for key, value in answer.headers if key == "WWW-Authenticate"]
            assert ", ".join(values) == "Basic, Bearer"
            assert [value for key, value in answer.headers if key == "Set-Cookie"] == ["a=b", "c=d"]


@pytest.mark.parametrize("status", [200, 204, 302, 304, 400, 404, 426, 429, 500, 503])
def test_any_status(live, endpoints, status):
    def answer(exchange):
        body = b"" if status in (204, 304) else b"its own words"
        exchange.answer(body, status, {"X-Own": "1", "Location": "/login?a=b"})

    endpoints.on["/ws"] = answer
    got = upgrade(live)
    assert (got.status, got.header("X-Own")) == (status, "1")
    assert got.header("Location") == "/login?a=b"
    assert got.body in (b"", b"its own words")
    assert endpoints.requests == {"127.0.10.1": 1}


def test_a_long_answer_of_unknown_length(live, endpoints):
    def chunked(exchange):
        head = b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"186A0;a=b\r\n" + b"x" * 100_000 + b"\r\n"
        exchange.connection.sendall(head + chunk * 30 + b"0\r\n\r\n")

    def unsized(exchange):
        exchange.connection.sendall(b"HTTP/1.0 503 No\r\n\r\n" + b"x" * 3_000_000)
        raise ConnectionAbortedError

    for answer in (chunked, unsized):
        endpoints.on["/ws"] = answer
        got = upgrade(live)
        assert (got.status, got.body) == (503, b"x" * 3_000_000)


@pytest.mark.parametrize("head", [b"Content-Length: 100", b"Transfer-Encoding: chunked"])
def test_an_answer_that_is_cut_short_is_seen_to_be(live, endpoints, head):
    def cut(exchange):
        start = b"64\r\n" if b"chunked" in head else b""
        exchange.connection.sendall(b"HTTP/1.1 500 No\r\n" + head + b"\r\n\r\n" + start + b"half")
        raise ConnectionAbortedError

    endpoints.on["/ws"] = cut
    with Client(live.http_port) as client, pytest.raises(ConnectionError):
        client.ask("/ws", HOST, headers=UPGRADE)


@pytest.mark.parametrize("said", [
    b"nonsense\r\n\r\n",
    b"HTTP/1.1 200 Fine\r\nX: " + b"x" * 20_000,    # more than a head may have
    b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"",
], ids=["nonsense", "large", "endless", "nothing"])  # fmt: skip
def test_what_is_no_answer_is_a_bad_gateway(live, endpoints, said):
    def answer(exchange):
        exchange.connection.sendall(said)
        raise ConnectionAbortedError

    endpoints.on["/ws"] = answer
    assert upgrade(live).status == 502


@pytest.mark.parametrize("balance", list(Balance))
def test_a_refused_connection_is_tried_elsewhere(endpoints, balance):
    """And twice refused is out. One worker: each learns for itself."""
    endpoints.on["/ws"] = lambda exchange: exchange.answer(exchange.address.encode(), 403)
    with running_nginx(workers=1) as live, refusing_port("127.0.10.9") as closed:
        live.serve(plan(("127.0.10.9", closed), *addresses(endpoints.port, 1), balance=balance))
        for _ in range(10):
            assert upgrade(live).body == b"127.0.10.1"
        if balance is Balance.ROUND_ROBIN:
            figures = live.inspect()
            assert (figures["retries"], figures["ejected"]) == (2, 1)
            # Plain requests know of it, too.
            assert ask(live, "/").status == 200
            assert live.inspect()["retries"] == 2


def test_a_reset_before_the_answer_is_tried_elsewhere(own_nginx, endpoints):
    first = threading.Event()

    def reset_once(exchange):
        if not first.is_set():
            first.set()
            exchange.reset()
        exchange.answer(b"fine", 403)

    endpoints.on["/ws"] = reset_once
    own_nginx.serve(plan(*addresses(endpoints.port, 1, 2)))
    assert upgrade(own_nginx).body == b"fine"
    assert sum(endpoints.requests.values()) == 2


def test_where_all_refuse_the_client_learns_it(own_nginx):
    with refusing_port("127.0.10.8") as one, refusing_port("127.0.10.9") as two:
        own_nginx.serve(plan(("127.0.10.8", one), ("127.0.10.9", two)))
        assert upgrade(own_nginx).status == 502
        own_nginx.serve(plan(("127.0.10.8", one)))
        assert upgrade(own_nginx).status == 502


@pytest.mark.parametrize("how", [
    {"protocol": Protocol.HTTPS},
    {"balance": Balance.EWMA},
    {"balance": Balance.EWMA, "protocol": Protocol.HTTPS},
], ids=["https", "ewma", "both"])  # fmt: skip
def test_other_backends(shared_nginx, endpoints, how):
    port = endpoints.tls_port if "protocol" in how else endpoints.port
    shared_nginx.serve(plan(*addresses(port, 1, 2), **how))
    opened = Opened(endpoints, shared_nginx.http_port)
    opened.client.send(frame(TEXT, b"hello", mask=MASK))
    assert opened.endpoint.frame().payload == b"hello"
    opened.endpoint.send(frame(TEXT, b"you") + close(1000))
    assert opened.client.frame().payload == b"you"
    assert opened.client.frame().first == CLOSE
    opened.close()


def test_an_ipv6_endpoint(shared_nginx, endpoints):
    shared_nginx.serve(plan(("::1", endpoints.port)))
    endpoints.on["/ws"] = lambda exchange: exchange.answer(exchange.address.encode(), 403)
    assert upgrade(shared_nginx).body == b"::1"


def test_another_protocol_passes_as_it_always_has(live, endpoints):
    def mirror(exchange):
        told = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n"
        exchange.connection.sendall(told)
        while data := exchange.reader.read1(4096):
            exchange.connection.sendall(data)

    endpoints.on["/chat"] = mirror
    with Client(live.http_port) as client:
        headers = [("Connection", "Upgrade"), ("Upgrade", "chat")]
        assert client.ask("/chat", HOST, headers=headers).status == 101
        client.send(b"no frames at all")
        assert client.exactly(16) == b"no frames at all"


@pytest.mark.parametrize(("method", "body"), [("POST", b"x" * 5000), ("GET", b"12345")])
def test_a_request_with_a_body_is_no_websocket(live, endpoints, method, body):
    got = upgrade(live, "/", method=method, body=body)
    assert (got.status, b'"body": %d' % len(body) in got.body) == (200, True)


def test_without_endpoints_503(shared_nginx):
    shared_nginx.serve(plan())
    assert upgrade(shared_nginx).status == 503


def test_a_silent_endpoint_does_not_keep_a_client_that_has_gone(live, endpoints):
    asked, gone = threading.Event(), threading.Event()

    def silent(exchange):
        asked.set()
        if not exchange.reader.read(1):
            gone.set()

    endpoints.on["/ws"] = silent
    with Client(live.http_port) as client:
        client.send(request("/ws", HOST, headers=UPGRADE))
        assert asked.wait(PATIENCE)
    assert gone.wait(PATIENCE), "the endpoint still waits"
