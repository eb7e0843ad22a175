"""Who may speak for clients: trusted proxies, and the PROXY protocol."""

from ipaddress import ip_network

import pytest

from support.asking import ask, told
from support.client import Client
from support.nginx import running_nginx
from support.plans import addresses, backend, plan_of, site

pytestmark = pytest.mark.nginx

LOCAL = (ip_network("127.0.0.0/8"),)
ELSEWHERE = (ip_network("192.0.2.0/24"),)


@pytest.fixture(scope="module")
def behind_proxy():
    with running_nginx(trusted_proxies=LOCAL) as live:
        yield live


@pytest.fixture(scope="module")
def behind_stranger():
    with running_nginx(trusted_proxies=ELSEWHERE) as live:
        yield live


@pytest.fixture(scope="module")
def proxy_protocol():
    with running_nginx(trusted_proxies=LOCAL, proxy_protocol=True) as live:
        yield live


@pytest.fixture
def plan(endpoints):
    return plan_of(
        backend("front", *addresses(endpoints.port, 1)),
        site("shop.example", {"/": "front"}),
        site("tls.example", {"/": "front"}, tls="", redirects=True),
    )


def headers_of(answer):
    return {name.lower(): value for name, value in told(answer)["headers"]}


CLAIMS = [
    ("X-Forwarded-For", "203.0.113.7"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "public.example"),
]


def test_a_trusted_proxy_is_believed(behind_proxy, plan):
    behind_proxy.serve(plan)
    got = headers_of(ask(behind_proxy, headers=CLAIMS))
    assert got["x-real-ip"] == got["x-forwarded-for"] == "203.0.113.7"
    assert got["x-original-forwarded-for"] == "203.0.113.7"  # the way it came
    assert got["x-forwarded-proto"] == got["x-scheme"] == "https"
    assert got["x-forwarded-host"] == "public.example"


def test_of_several_proxies_the_last_stranger_is_the_client(behind_proxy, plan):
    behind_proxy.serve(plan)
    chain = [("X-Forwarded-For", "198.51.100.1, 203.0.113.7, 127.0.0.9")]
    assert headers_of(ask(behind_proxy, headers=chain))["x-real-ip"] == "203.0.113.7"


def test_behind_a_proxy_that_ends_tls_there_is_no_redirect(behind_proxy, plan):
    behind_proxy.serve(plan)
    assert ask(behind_proxy, host="tls.example").status == 308
    ended = [("X-Forwarded-Proto", "https")]
    assert ask(behind_proxy, host="tls.example", headers=ended).status == 200
    assert ask(behind_proxy, host="tls.example", headers=[("X-Forwarded-Proto", "x")]).status == 308


def test_a_redirect_names_the_host_that_the_client_asked_for(behind_proxy, plan):
    behind_proxy.serve(plan)
    answer = ask(
        behind_proxy, "/a", "tls.example", headers=[("X-Forwarded-Host", "pub.example:81")]
    )
    assert answer.header("Location") == "https://pub.example/a"


def test_a_proxy_that_is_not_trusted_is_not_believed(behind_stranger, plan):
    behind_stranger.serve(plan)
    got = headers_of(ask(behind_stranger, headers=CLAIMS))
    assert got["x-real-ip"] == got["x-forwarded-for"] == "127.0.0.1"
    assert got["x-forwarded-proto"] == "http"
    assert got["x-forwarded-host"] == "shop.example"
    assert ask(behind_stranger, host="tls.example", headers=CLAIMS).status == 308


def with_proxy_line(live, line, headers=(), *, tls=False):
    port = live.https_port if tls else live.http_port
    with Client(port) as client:
        client.send(line)
        return client.ask("/", "shop.example", headers=headers)


@pytest.mark.parametrize(("line", "client"), [
    (b"PROXY TCP4 203.0.113.7 10.0.0.1 4321 80\r\n",   "203.0.113.7"),
    (b"PROXY TCP6 2001:db8::7 2001:db8::1 4321 80\r\n", "2001:db8::7"),
    (b"PROXY UNKNOWN\r\n",                             "127.0.0.1"),
])  # fmt: skip
def test_the_proxy_protocol_tells_who_the_client_is(proxy_protocol, plan, line, client):
    proxy_protocol.serve(plan)
    got = headers_of(with_proxy_line(proxy_protocol, line))
    assert got["x-real-ip"] == got["x-forwarded-for"] == client


def test_the_proxy_protocol_vouches_for_no_header(proxy_protocol, plan):
    """The balancer in front passes the client's bytes through: they are the client's claims."""
    proxy_protocol.serve(plan)
    line = b"PROXY TCP4 203.0.113.7 10.0.0.1 4321 80\r\n"
    got = headers_of(
        with_proxy_line(proxy_protocol, line, [*CLAIMS, ("X-Forwarded-For", "1.2.3.4")])
    )
    assert got["x-real-ip"] == got["x-forwarded-for"] == "203.0.113.7"
    assert got["x-forwarded-proto"] == "http"
    assert got["x-forwarded-host"] == "shop.example"


def test_without_a_proxy_line_there_is_no_answer(proxy_protocol, plan):
    proxy_protocol.serve(plan)
    with Client(proxy_protocol.http_port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        assert client.rest() == b""
