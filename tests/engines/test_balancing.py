"""Which endpoint gets a request on a real nginx, and what happens where one fails."""

import threading
from collections import Counter

import pytest

from portico.plan.backend import Protocol
from portico.plan.plan import diff
from portico.settings import Balance
from support.asking import ask, reached
from support.client import Client
from support.nginx import running_nginx
from support.plans import addresses, backend, plan_of, site
from support.ports import refusing_port

pytestmark = pytest.mark.nginx


def cart(*endpoints, **how):
    return plan_of(backend("cart", *endpoints, **how), site("shop.example", {"/": "cart"}))


def test_two_workers_together_are_exactly_fair(shared_nginx, endpoints):
    shared_nginx.serve(cart(*addresses(endpoints.port, 1, 2)))
    got = Counter(reached(shared_nginx) for _ in range(100))  # each on a connection of its own
    assert got == {"127.0.10.1": 50, "127.0.10.2": 50}


def test_clients_at_the_same_time_get_their_turns_too(shared_nginx, endpoints):
    shared_nginx.serve(cart(*addresses(endpoints.port, 1, 2, 3, 4)))
    clients = [threading.Thread(target=ask_often, args=(shared_nginx,)) for _ in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert endpoints.requests == {f"127.0.10.{n}": 25 for n in (1, 2, 3, 4)}


def ask_often(live):
    with Client(live.http_port) as client:
        for _ in range(25):
            assert client.ask("/", "shop.example").status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH"])
@pytest.mark.parametrize("balance", list(Balance))
def test_a_refused_connection_is_tried_elsewhere(own_nginx, endpoints, method, balance):
    """Nothing was sent yet, so that any method may be tried again."""
    with refusing_port("127.0.10.9") as closed:
        own_nginx.serve(
            cart(("127.0.10.9", closed), *addresses(endpoints.port, 1), balance=balance)
        )
        for _ in range(6):
            assert ask(own_nginx, method=method, body=b"x" * 5000).status == 200
    assert endpoints.requests == {"127.0.10.1": 6}


def test_where_all_refuse_the_client_learns_it(own_nginx):
    with refusing_port("127.0.10.8") as one, refusing_port("127.0.10.9") as two:
        own_nginx.serve(cart(("127.0.10.8", one), ("127.0.10.9", two)))
        assert ask(own_nginx).status == 502
        assert own_nginx.inspect()["retries"] == 1
        own_nginx.serve(cart(("127.0.10.8", one)))
        assert ask(own_nginx).status == 502
        assert own_nginx.inspect()["retries"] == 1  # there is nobody else


@pytest.mark.parametrize(("method", "times"), [
    ("GET",    2),      # asked again elsewhere
    ("HEAD",   2),
    ("POST",   1),      # it may have been done already
    ("PATCH",  1),
])  # fmt: skip
def test_a_reset_after_the_request_was_read(own_nginx, endpoints, method, times):
    first = threading.Event()

    def reset_once(exchange):
        exchange.body_size()
        if not first.is_set():
            first.set()
            exchange.reset()
        exchange.answer(b"fine")

    endpoints.on["/once"] = reset_once
    own_nginx.serve(cart(*addresses(endpoints.port, 1, 2)))
    body = b"x" if times == 1 else b""
    assert ask(own_nginx, "/once", method=method, body=body).status == (502 if times == 1 else 200)
    assert sum(endpoints.requests.values()) == times


def test_a_failing_endpoint_is_left_alone(endpoints):
    """Two failures, and a worker sends no more there. One worker: each learns for itself."""
    with running_nginx(workers=1) as live, refusing_port("127.0.10.9") as closed:
        live.serve(cart(("127.0.10.9", closed), *addresses(endpoints.port, 1)))
        for _ in range(20):
            assert reached(live) == "127.0.10.1"
        figures = live.inspect()
        assert (figures["retries"], figures["ejected"]) == (2, 1)


def test_a_removed_endpoint_gets_nothing_new_and_finishes_what_it_has(own_nginx, endpoints):
    arrived, go_on = threading.Event(), threading.Event()

    def slow(exchange):
        arrived.set()
        go_on.wait(20)
        exchange.answer(exchange.address.encode())

    endpoints.on["/slow"] = slow
    old = cart(*addresses(endpoints.port, 1))
    own_nginx.serve(old)
    with Client(own_nginx.http_port) as waiting:
        waiting.send(b"GET /slow HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        assert arrived.wait(20)
        new = cart(*addresses(endpoints.port, 2))
        own_nginx.serve(new, diff(old, new))
        assert {reached(own_nginx) for _ in range(10)} == {"127.0.10.2"}
        go_on.set()
        answer = waiting.response()
    assert (answer.status, answer.body) == (200, b"127.0.10.1")
    assert endpoints.requests["127.0.10.1"] == 1


def test_a_change_is_seen_on_connections_that_are_open_already(own_nginx, endpoints):
    """No worker serves anything old once the engine has said it is in sync."""
    clients = [Client(own_nginx_after(own_nginx, endpoints)) for _ in range(8)]
    try:
        for client in clients:
            assert b"127.0.10.1" in client.ask("/", "shop.example").body
        plan = cart(*addresses(endpoints.port, 1))
        for number in range(2, 30):
            new = cart(*addresses(endpoints.port, number))
            own_nginx.serve(new, diff(plan, new))
            plan = new
            expected = f'"127.0.10.{number}"'.encode()
            assert all(expected in client.ask("/", "shop.example").body for client in clients)
    finally:
        for client in clients:
            client.socket.close()


def own_nginx_after(live, endpoints):
    live.serve(cart(*addresses(endpoints.port, 1)))
    return live.http_port


@pytest.mark.parametrize(("protocol", "port"), [
    (Protocol.HTTP,  "port"),
    (Protocol.HTTPS, "tls_port"),
    (Protocol.GRPC,  "h2c_port"),
])  # fmt: skip
def test_the_quicker_endpoint_gets_more(endpoints, protocol, port):
    """One worker: each learns for itself."""
    with running_nginx(workers=1) as live:
        places = addresses(getattr(endpoints, port), 1, 2, 3)
        live.serve(cart(*places, balance=Balance.EWMA, protocol=protocol))
        got = {reached(live) for _ in range(60)}
        assert got <= {"127.0.10.1", "127.0.10.2", "127.0.10.3"}
        assert len(got) >= 2  # nobody is asked always


def test_a_slow_endpoint_gets_less_by_latency(endpoints):
    held = threading.Event()

    def answer(exchange):
        if exchange.address == "127.0.10.1":
            held.wait(0.05)  # nobody sets it: this endpoint is slow
        exchange.answer(b"")

    endpoints.on["/slow"] = answer
    with running_nginx(workers=1) as live:
        live.serve(cart(*addresses(endpoints.port, 1, 2), balance=Balance.EWMA))
        for _ in range(40):
            assert ask(live, "/slow").status == 200
    # With two endpoints both are compared every time: the slow one is asked until it is known.
    assert endpoints.requests["127.0.10.1"] <= 2


def test_without_endpoints_503(shared_nginx):
    shared_nginx.serve(cart())
    answer = ask(shared_nginx)
    assert (answer.status, answer.body) == (503, b"503 Service Temporarily Unavailable\n")
