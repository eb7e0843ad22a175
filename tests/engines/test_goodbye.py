"""The end of nginx: everybody who is still there is told goodbye, in the words of the protocol.

An end takes as long as its grace period, so there is one, and all stories happen at it.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from support.backend import Endpoints, running_endpoints
from support.client import PATIENCE, Client
from support.nginx import Live, running_nginx
from support.plans import addresses, backend, plan_of, site
from support.websockets import BINARY, CLOSE, MASK, PING, TEXT, Opened, Side, close, frame

pytestmark = pytest.mark.nginx

GRACE = 6.0
"""Seconds; goodbye is said when a quarter of it is left."""

GOING_AWAY = (CLOSE, (1001).to_bytes(2), False)
"""To a client; an endpoint gets the same with a mask."""


class Stage(NamedTuple):
    """What a story has: a WebSocket of its own, and the moments."""

    live: Live
    endpoints: Endpoints
    opened: Opened
    old: list[Opened]
    """Others, who were there before a reload."""

    end: threading.Barrier
    """To be waited for by every story: then the end begins."""

    goodbye: threading.Event
    """Somebody has been told goodbye."""

    @property
    def client(self) -> Side:
        return self.opened.client

    @property
    def endpoint(self) -> Side:
        return self.opened.endpoint


def both_sides_are_told(stage):
    stage.end.wait(PATIENCE)
    begun = time.monotonic()
    both_are_told_and_answer(stage.opened)
    stage.goodbye.set()
    assert time.monotonic() - begun > GRACE / 2  # not before the period is about to end


def who_were_left_behind_by_a_reload(stage):
    """One of them looks for all; it leaves, and another one does."""
    *leaving, last, other = stage.old
    for opened in leaving:
        opened.client.send(close(1000, mask=MASK))
        assert opened.endpoint.frame().code == 1000
        opened.close()
    stage.end.wait(PATIENCE)
    for opened in (last, other):
        both_are_told_and_answer(opened)


def over_tls(stage):
    with Client(stage.live.https_port, tls=True, sni="shop.example") as client:
        opened = Opened(stage.endpoints, client, "/tls")
        stage.end.wait(PATIENCE)
        both_are_told_and_answer(opened)


def many_at_once(stage):
    port = stage.live.http_port
    many = [Opened(stage.endpoints, port, f"/{number}") for number in range(50)]
    stage.end.wait(PATIENCE)
    for opened in many:
        assert opened.client.frame() == GOING_AWAY
        opened.client.send(close(1001, mask=MASK))
        opened.endpoint.send(close(1001))
    for opened in many:
        assert opened.endpoint.frame().code == 1001
        assert opened.client.frame() is None
        opened.close()


def both_are_told_and_answer(opened):
    assert opened.client.frame() == GOING_AWAY
    assert opened.endpoint.frame() == (CLOSE, (1001).to_bytes(2), True)
    # As RFC 6455 wants it; nobody hears of that, as both have been told.
    opened.client.send(close(1001, mask=MASK))
    opened.endpoint.send(close(1001))
    assert opened.client.frame() is None
    assert opened.endpoint.frame() is None


def until_then_everything_passes(stage):
    stage.end.wait(PATIENCE)
    until_refused(stage.live.http_port)
    for number in range(20):
        stage.client.send(frame(TEXT, b"%d" % number, mask=MASK))
        assert stage.endpoint.frame().payload == b"%d" % number
        stage.endpoint.send(frame(TEXT, b"%d" % number))
        assert stage.client.frame().payload == b"%d" % number
    stage.endpoint.send(close(4007))
    assert stage.client.frame().code == 4007
    stage.client.send(close(4007, mask=MASK))
    assert stage.endpoint.frame().code == 4007
    stage.opened.leave()
    assert stage.client.frame() is None


def until_refused(port):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            Client(port).socket.close()
        except OSError:
            return
    raise AssertionError("nginx still takes connections")


def nothing_is_put_into_a_frame(stage):
    """Both sides are in the middle of one when the time has come."""
    long, short = frame(BINARY, b"x" * 100_000), frame(BINARY, b"y" * 300, mask=MASK)
    stage.endpoint.send(long[:50_000])
    stage.client.send(short[:3])
    stage.end.wait(PATIENCE)
    assert stage.goodbye.wait(PATIENCE)
    stage.endpoint.send(long[50_000:] + frame(TEXT, b"too late"))
    assert stage.client.frame() == (BINARY, b"x" * 100_000, False)
    assert stage.client.frame() == GOING_AWAY
    stage.client.send(short[3:] + close(1001, mask=MASK))
    assert stage.endpoint.frame() == (BINARY, b"y" * 300, True)
    assert stage.endpoint.frame().code == 1001
    stage.endpoint.send(close(1001))
    assert stage.client.frame() is None


def between_the_parts_of_a_message(stage):
    """Control frames may stand there; the rest of the message would come too late."""
    stage.endpoint.send(frame(TEXT & 0x7F, b"first part") + frame(PING))
    stage.end.wait(PATIENCE)
    assert stage.client.frame().payload == b"first part"
    assert stage.client.frame().first == PING
    assert stage.client.frame() == GOING_AWAY
    stage.client.send(close(1001, mask=MASK))
    stage.endpoint.send(frame(0x80, b"second part") + close(1001))
    assert stage.client.frame() is None


def a_goodbye_that_is_under_way_is_not_disturbed(stage):
    """To the end of the grace period, and not a word more."""
    stage.endpoint.send(close(4001))
    stage.end.wait(PATIENCE)
    assert stage.client.frame().code == 4001
    assert stage.client.frame() is None
    assert stage.endpoint.frame() is None


def whoever_does_not_answer_is_cut_at_the_end(stage):
    stage.end.wait(PATIENCE)
    assert stage.client.frame() == GOING_AWAY
    told = time.monotonic()
    assert stage.client.frame() is None
    # Not only just before it is cut: there is time for an answer.
    assert time.monotonic() - told > GRACE / 16


def an_endpoint_that_goes_without_an_answer(stage):
    stage.end.wait(PATIENCE)
    assert stage.endpoint.frame().code == 1001
    stage.opened.leave()
    assert stage.client.frame() == GOING_AWAY
    stage.client.send(close(1001, mask=MASK))
    assert stage.client.frame() is None


def a_download_is_finished(stage):
    go_on = threading.Event()

    def slow(exchange):
        exchange.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n")
        exchange.connection.sendall(b"x" * 1_000_000)
        go_on.wait(PATIENCE)
        exchange.connection.sendall(b"x" * 1_000_000)

    stage.endpoints.on["/slow"] = slow
    with Client(stage.live.http_port) as client:
        client.send(b"GET /slow HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        assert client.head()[0] == 200
        stage.end.wait(PATIENCE)
        until_refused(stage.live.http_port)
        go_on.set()
        assert len(client.exactly(2_000_000)) == 2_000_000


STORIES = (
    both_sides_are_told,
    who_were_left_behind_by_a_reload,
    over_tls,
    many_at_once,
    until_then_everything_passes,
    nothing_is_put_into_a_frame,
    between_the_parts_of_a_message,
    a_goodbye_that_is_under_way_is_not_disturbed,
    whoever_does_not_answer_is_cut_at_the_end,
    an_endpoint_that_goes_without_an_answer,
    a_download_is_finished,
)


@pytest.fixture(scope="module")
def told():
    """How each story went."""
    with running_endpoints() as endpoints, running_nginx(grace=GRACE) as live:
        plan = plan_of(
            backend("front", *addresses(endpoints.port, 1)),
            site("shop.example", {"/": "front"}),
        )
        live.serve(plan)
        old = [Opened(endpoints, live.http_port, f"/old/{number}") for number in range(8)]
        live.take_over(log_format="json")
        live.serve(plan)
        assert live.inspect()["reloads"] == 1
        end, goodbye = threading.Barrier(len(STORIES) + 1), threading.Event()
        opened = {
            story: Opened(endpoints, live.http_port, f"/{story.__name__}") for story in STORIES
        }
        with ThreadPoolExecutor(len(STORIES)) as pool:
            futures = {
                story: pool.submit(story, Stage(live, endpoints, each, old, end, goodbye))
                for story, each in opened.items()
            }
            end.wait(PATIENCE)
            live.runner.run(live.engine.close(keep=False))
        yield futures
        for each in (*old, *opened.values()):
            each.close()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_at_the_end(told, story):
    told[story].result()
