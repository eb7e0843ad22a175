"""The end of nginx: everybody who is still there is told goodbye, in the words of the protocol."""

import threading
import time
from contextlib import contextmanager

import pytest

from support.client import PATIENCE, Client
from support.nginx import running_nginx
from support.plans import addresses, backend, plan_of, site
from support.websockets import (
    BINARY,
    CLOSE,
    MASK,
    PING,
    TEXT,
    Opened,
    close,
    frame,
)

pytestmark = pytest.mark.nginx

GRACE = 4.0
GOING_AWAY = (CLOSE, (1001).to_bytes(2), False)
"""To a client; an endpoint gets the same with a mask."""


@pytest.fixture
def live(endpoints):
    with running_nginx(grace=GRACE) as made:
        made.serve(
            plan_of(
                backend("front", *addresses(endpoints.port, 1)),
                site("shop.example", {"/": "front"}),
            )
        )
        yield made


@pytest.fixture
def opened(live, endpoints):
    made = Opened(endpoints, live.http_port)
    yield made
    made.close()


@contextmanager
def ending(live):
    """The end has begun, and goes on meanwhile; afterwards it is over."""
    begun = threading.Event()

    def end():
        begun.set()
        live.runner.run(live.engine.close(keep=False))

    thread = threading.Thread(target=end)
    thread.start()
    assert begun.wait(PATIENCE)
    try:
        yield
    finally:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_both_sides_are_told(live, opened):
    begun = time.monotonic()
    with ending(live):
        assert opened.client.frame() == GOING_AWAY
        assert time.monotonic() - begun > GRACE / 2  # not before the grace period is about to end
        assert opened.endpoint.frame() == (CLOSE, (1001).to_bytes(2), True)
        # Both answer, as RFC 6455 wants it; nobody hears of that, as both have been told.
        opened.client.send(close(1001, mask=MASK))
        opened.endpoint.send(close(1001))
        assert opened.client.frame() is None
        assert opened.endpoint.frame() is None
    assert time.monotonic() - begun < GRACE + 10


def test_until_then_everything_passes(live, opened):
    with ending(live):
        for number in range(20):
            opened.client.send(frame(TEXT, b"%d" % number, mask=MASK))
            assert opened.endpoint.frame().payload == b"%d" % number
            opened.endpoint.send(frame(TEXT, b"%d" % number))
            assert opened.client.frame().payload == b"%d" % number
        opened.endpoint.send(close(4007))
        assert opened.client.frame().code == 4007
        opened.client.send(close(4007, mask=MASK))
        assert opened.endpoint.frame().code == 4007
        opened.endpoint.connection.close()
        assert opened.client.frame() is None


def test_nothing_is_put_into_a_frame(live, endpoints, opened):
    """Both sides are in the middle of one when the time has come."""
    other = Opened(endpoints, live.http_port, "/other")
    long = frame(BINARY, b"x" * 100_000)
    opened.endpoint.send(long[:50_000])
    opened.client.send(frame(BINARY, b"y" * 300, mask=MASK)[:3])
    with ending(live):
        assert other.client.frame() == GOING_AWAY
        opened.endpoint.send(long[50_000:] + frame(TEXT, b"too late"))
        assert opened.client.frame() == (BINARY, b"x" * 100_000, False)
        assert opened.client.frame() == GOING_AWAY
        opened.client.send(frame(BINARY, b"y" * 300, mask=MASK)[3:] + close(1001, mask=MASK))
        assert opened.endpoint.frame() == (BINARY, b"y" * 300, True)
        assert opened.endpoint.frame().code == 1001
        opened.endpoint.send(close(1001))
        assert opened.client.frame() is None
    other.close()


def test_between_the_parts_of_a_message(live, opened):
    """Control frames may stand there; the rest of the message would come too late."""
    opened.endpoint.send(frame(TEXT & 0x7F, b"first part") + frame(PING))
    with ending(live):
        assert opened.client.frame().payload == b"first part"
        assert opened.client.frame().first == PING
        assert opened.client.frame() == GOING_AWAY
        opened.client.send(close(1001, mask=MASK))
        opened.endpoint.send(frame(0x80, b"second part") + close(1001))
        assert opened.client.frame() is None


def test_a_goodbye_that_is_under_way_is_not_disturbed(live, opened):
    opened.endpoint.send(close(4001))
    assert opened.client.frame().code == 4001
    with ending(live):
        # To the end of the grace period, and not a word more.
        assert opened.client.frame() is None
        assert opened.endpoint.frame() is None


def test_whoever_does_not_answer_is_cut_at_the_end(live, opened):
    begun = time.monotonic()
    with ending(live):
        assert opened.client.frame() == GOING_AWAY
        told = time.monotonic()
        assert opened.client.frame() is None
    assert time.monotonic() - begun > GRACE - 1
    # Not only just before it is cut: there is time for an answer.
    assert time.monotonic() - told > GRACE / 16


def test_a_reload_cuts_nothing_and_says_nothing(live, opened):
    """And who is left behind by one is still told at the end."""
    live.take_over(trusted_proxies=())
    live.take_over(log_format="json")
    assert live.converge(plan_of()).in_sync
    assert live.inspect()["reloads"] == 1
    for _ in range(3):
        opened.client.send(frame(TEXT, b"still there", mask=MASK))
        assert opened.endpoint.frame().payload == b"still there"
    with ending(live):
        assert opened.client.frame() == GOING_AWAY
        assert opened.endpoint.frame().code == 1001
        opened.client.send(close(1001, mask=MASK))
        opened.endpoint.send(close(1001))
        assert opened.client.frame() is None


def test_over_tls(live, endpoints):
    with Client(live.https_port, tls=True, sni="shop.example") as client:
        opened = Opened(endpoints, client)
        with ending(live):
            assert opened.client.frame() == GOING_AWAY
            opened.client.send(close(1001, mask=MASK))
            assert opened.endpoint.frame().code == 1001
            opened.endpoint.send(close(1001))
            assert opened.client.frame() is None
        opened.close()


def test_many_at_once(live, endpoints):
    many = [Opened(endpoints, live.http_port, f"/ws/{number}") for number in range(50)]
    with ending(live):
        for opened in many:
            assert opened.client.frame() == GOING_AWAY
            opened.client.send(close(1001, mask=MASK))
            assert opened.endpoint.frame().code == 1001
            opened.endpoint.send(close(1001))
        for opened in many:
            assert opened.client.frame() is None
            opened.close()


def test_a_download_is_finished(live, endpoints):
    go_on = threading.Event()

    def slow(exchange):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n"
        exchange.connection.sendall(head + b"x" * 1_000_000)
        go_on.wait(PATIENCE)
        exchange.connection.sendall(b"x" * 1_000_000)

    endpoints.on["/slow"] = slow
    with Client(live.http_port) as client:
        client.send(b"GET /slow HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        assert client.head()[0] == 200
        with ending(live):
            until_refused(live.http_port)
            go_on.set()
            assert len(client.exactly(2_000_000)) == 2_000_000


def until_refused(port):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            Client(port).socket.close()
        except OSError:
            return
    raise AssertionError("nginx still takes connections")
