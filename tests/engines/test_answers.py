"""What nginx answers itself: 404, 503 and redirects, on every way in."""

import subprocess

import pytest

from support.asking import ask, reached
from support.client import Client
from support.nginx import running_nginx
from support.plans import addresses, backend, plan_of, site

pytestmark = pytest.mark.nginx

NOT_FOUND = b"404 Not Found\n"
UNAVAILABLE = b"503 Service Temporarily Unavailable\n"


@pytest.fixture
def live(shared_nginx, endpoints):
    plan = plan_of(
        backend("front", *addresses(endpoints.port, 1)),
        backend("none"),
        site("shop.example", {"/ok": "front", "/none": "none", "/gone": "missing"}),
        site("tls.example", {"/": "front"}, tls="", redirects=True),
    )
    shared_nginx.serve(plan)
    return shared_nginx


@pytest.mark.parametrize(("path", "status", "body"), [
    ("/",      404, NOT_FOUND),
    ("/none",  503, UNAVAILABLE),
    ("/gone",  503, UNAVAILABLE),
])  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_answer_of_our_own(live, path, status, body, method):
    with Client(live.http_port) as client:
        answer = client.ask(path, "shop.example", method)
        assert answer.status == status
        assert answer.header("Content-Type") == "text/plain; charset=utf-8"
        assert answer.header("Content-Length") == str(len(body))
        assert answer.header("Server") in (None, "nginx")  # no version
        assert answer.body == (b"" if method == "HEAD" else body)
        # The connection goes on, at the right byte.
        assert client.ask("/ok", "shop.example").status == 200


@pytest.mark.parametrize("target", ["/none", "/", "/redirected"])
@pytest.mark.parametrize("size", [10, 100_000])
def test_a_body_that_nobody_wants_is_not_taken_for_the_next_request(live, target, size):
    """Else a client could say something in another's name (request smuggling)."""
    hidden = b"GET /ok HTTP/1.1\r\nHost: shop.example\r\nX-Hidden: 1\r\n\r\n"
    body = hidden.ljust(size, b"x")[:size] if size > 10 else b"GET / HTTP"
    host = "tls.example" if target == "/redirected" else "shop.example"
    with Client(live.http_port) as client:
        first = client.ask(target, host, "POST", body=body)
        assert first.status in (404, 503, 308)
        if first.header("Connection") == "close":
            return
        assert client.ask("/ok", "shop.example").status == 200


def test_a_redirect_names_the_port_where_it_is_not_the_usual_one(endpoints):
    plan = plan_of(
        backend("front", *addresses(endpoints.port, 1)),
        site("tls.example", {"/": "front"}, tls="", redirects=True),
    )
    with running_nginx(redirect_port=8443) as live:
        live.serve(plan)
        answer = ask(live, "/a?b", "tls.example:8080")
        assert (answer.status, answer.header("Location")) == (308, "https://tls.example:8443/a?b")


def curl(live, *arguments, scheme="https"):
    """What curl gets of shop.example, and the version of HTTP it was spoken in."""
    port = live.https_port if scheme == "https" else live.http_port
    places = [f"{host}:{port}:127.0.0.1" for host in ("shop.example", "tls.example")]
    command = ["curl", "-sk", "--max-time", "20", "-w", "\n%{http_version} %{http_code}"]
    for place in places:
        command += ["--resolve", place]
    *options, path = arguments
    url = f"{scheme}://shop.example:{port}{path}"
    done = subprocess.run([*command, *options, url], capture_output=True, check=True)
    body, _, figures = done.stdout.rpartition(b"\n")
    version, status = figures.decode().split()
    return version, int(status), body


@pytest.mark.parametrize(("path", "status", "body"), [
    ("/",      404, NOT_FOUND),
    ("/none",  503, UNAVAILABLE),
])  # fmt: skip
def test_http2_gets_the_same_answers(live, path, status, body):
    assert curl(live, "--http2", path) == ("2", status, body)


def test_http2_reaches_endpoints(live):
    version, status, body = curl(live, "--http2", "-d", "x" * 100_000, "/ok")
    assert (version, status) == ("2", 200)
    assert b'"body": 100000' in body
    assert b'"method": "POST"' in body


def test_http1_can_be_spoken_over_tls(live):
    assert curl(live, "--http1.1", "/ok")[:2] == ("1.1", 200)


def test_http_1_0_without_a_host_gets_the_catch_all(live):
    with Client(live.http_port) as client:
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        assert client.response().body == NOT_FOUND


def test_http_1_1_without_a_host_is_no_request(live):
    with Client(live.http_port) as client:
        client.send(b"GET /ok HTTP/1.1\r\n\r\n")
        assert client.head()[0] == 400


def test_the_host_of_an_absolute_target_counts(live):
    """RFC 9112, 3.2.2: it replaces the Host header."""
    assert ask(live, "http://shop.example/ok", "other.example").status == 200
    assert ask(live, "http://other.example/ok", "shop.example").status == 404


@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
def test_methods_that_nginx_does_not_pass_on(live, method):
    with Client(live.http_port) as client:
        target = "/ok" if method == "TRACE" else "shop.example:80"
        client.send(f"{method} {target} HTTP/1.1\r\nHost: shop.example\r\n\r\n".encode())
        assert client.head()[0] in (400, 405)
    assert reached(live, "/ok") == "127.0.10.1"
