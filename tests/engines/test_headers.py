"""What endpoints are told of the client."""

import re

import pytest

from support.asking import ask, told
from support.client import Client
from support.plans import addresses, backend, plan_of, site

pytestmark = pytest.mark.nginx


@pytest.fixture
def live(shared_nginx, shop):
    shared_nginx.serve(shop)
    return shared_nginx


def headers_of(answer):
    return {name.lower(): value for name, value in told(answer)["headers"]}


def test_an_endpoint_learns_who_asks_and_for_what(live):
    got = headers_of(ask(live, "/a", "shop.example:8080"))
    assert re.fullmatch("[0-9a-f]{32}", got.pop("x-request-id"))
    assert got == {
        "host": "shop.example:8080",
        "x-real-ip": "127.0.0.1",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": "shop.example:8080",
        "x-forwarded-port": str(live.http_port),
        "x-forwarded-proto": "http",
        "x-forwarded-scheme": "http",
        "x-scheme": "http",
    }


def test_over_tls_the_scheme_and_the_port_differ(live):
    with Client(live.https_port, tls=True, sni="shop.example") as client:
        got = headers_of(client.ask("/", "shop.example"))
    names = ("x-forwarded-proto", "x-forwarded-scheme", "x-scheme", "x-forwarded-port")
    assert [got[name] for name in names] == ["https", "https", "https", "443"]


def test_what_a_stranger_says_of_himself_counts_for_nothing(live):
    lies = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Real-IP": "203.0.113.7",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Scheme": "https",
        "X-Scheme": "https",
        "X-Original-Forwarded-Host": "evil.example",
        "Proxy": "http://evil.example",
    }
    got = headers_of(ask(live, headers=list(lies.items())))
    assert got["x-real-ip"] == got["x-forwarded-for"] == "127.0.0.1"
    assert got["x-forwarded-host"] == "shop.example"
    assert got["x-forwarded-port"] == str(live.http_port)
    assert {got[name] for name in ("x-forwarded-proto", "x-forwarded-scheme", "x-scheme")} == {
        "http"
    }
    assert got["x-original-forwarded-for"] == "203.0.113.7"
    assert got["x-original-forwarded-host"] == "evil.example"
    assert "proxy" not in got


@pytest.mark.parametrize("name", ["my-id", "a" * 200, "x y;z"])
def test_the_request_id_of_a_client_is_kept(live, name):
    assert headers_of(ask(live, headers=[("X-Request-ID", name)]))["x-request-id"] == name


def test_every_request_has_an_id_of_its_own(live):
    ids = {headers_of(ask(live))["x-request-id"] for _ in range(20)}
    assert len(ids) == 20


def test_other_headers_pass_and_those_of_the_connection_do_not(live):
    sent = [("X-Own", "1"), ("Cookie", "a=b"), ("Authorization", "Basic x"), ("TE", "trailers")]
    sent += [("Connection", "keep-alive, X-Hop"), ("X-Hop", "1"), ("Keep-Alive", "5")]
    got = headers_of(ask(live, headers=sent))
    assert [got[name] for name in ("x-own", "cookie", "authorization")] == ["1", "a=b", "Basic x"]
    assert "connection" not in got  # the connection to the endpoint is kept
    assert "upgrade" not in got


def test_an_upgrade_is_passed_on(live):
    got = headers_of(ask(live, headers=[("Connection", "Upgrade"), ("Upgrade", "websocket")]))
    assert (got["connection"], got["upgrade"]) == ("upgrade", "websocket")


def test_connections_to_endpoints_are_kept(live, endpoints):
    ports = set()

    def note(exchange):
        ports.add(exchange.connection.getpeername()[1])
        exchange.answer(b"")

    endpoints.on["/kept"] = note
    with Client(live.http_port) as client:  # one client connection is one worker
        for _ in range(20):
            assert client.ask("/kept", "shop.example").status == 200
    assert len(ports) == 1


def test_an_https_endpoint_is_told_the_same(shared_nginx, endpoints):
    from portico.plan.backend import Protocol

    plan = plan_of(
        backend("tls", *addresses(endpoints.tls_port, 1), protocol=Protocol.HTTPS),
        site("shop.example", {"/": "tls"}),
    )
    shared_nginx.serve(plan)
    got = headers_of(ask(shared_nginx, headers=[("Proxy", "x")]))
    assert (got["host"], got["x-forwarded-proto"]) == ("shop.example", "http")
    assert "proxy" not in got
