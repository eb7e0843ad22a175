"""Which proxy is asked for which server."""

import pytest

from portico.kube.config.proxies import Proxies, Proxy, parse_proxy, proxies_of
from portico.kube.config.server import parse_server

PROXY = Proxy("http", "proxy.example", 3128)


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("http://proxy.example:3128", PROXY),
        ("http://proxy.example", Proxy("http", "proxy.example", 80)),
        ("https://proxy.example", Proxy("https", "proxy.example", 443)),
        ("socks5://[::1]:1", Proxy("socks5", "::1", 1)),
        ("socks5h://proxy.example", Proxy("socks5h", "proxy.example", 1080)),
        ("http://us%40er:p%3Aw@p:1/", Proxy("http", "p", 1, "us@er", "p:w")),
    ],
)
def test_proxies_are_read(text, proxy):
    assert parse_proxy(text) == proxy


@pytest.mark.parametrize("text", ["", "proxy", "proxy:80", "ftp://p", "http://", "http://p:0x"])
def test_what_is_no_proxy(text):
    with pytest.raises(ValueError, match=r"has the scheme|names no host|has a port"):
        parse_proxy(text)


@pytest.mark.parametrize(
    ("server", "exceptions", "is_asked"),
    [
        # The rows follow the documentation of golang.org/x/net/http/httpproxy.
        ("https://k.example", "", True),
        ("https://k.example", "*", False),
        ("https://k.example", "example", False),
        ("https://k.example", "k.example", False),
        ("https://k.example", "K.Example", False),
        ("https://k.example", ".k.example", True),  # only what is below
        ("https://a.k.example", ".k.example", False),
        ("https://a.k.example", "*.k.example", False),
        ("https://ak.example", "k.example", True),
        ("https://k.example", "k.example:6443", True),
        ("https://k.example:6443", "other, k.example:6443", False),
        ("https://10.1.2.3", "10.0.0.0/8", False),
        ("https://10.1.2.3", "10.1.2.3", False),
        ("https://10.1.2.3", "10.1.2.3:443", False),
        ("https://10.1.2.3", "10.1.2.3:6443", True),
        ("https://10.1.2.3", "10.1.2.30", True),
        ("https://[2001:db8::1]", "2001:db8::/32", False),
        ("https://[2001:db8::1]", "[2001:db8::1]", False),
        ("https://[2001:db8::1]", "2001:db8:0::1", False),
        ("https://k.example", "nonsense/8, ,", True),
        ("https://127.0.0.1:6443", "", False),  # never for this machine
        ("https://[::1]:6443", "", False),
        ("https://localhost:6443", "", False),
    ],
)
def test_exceptions(server, exceptions, is_asked):
    environment = {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": exceptions}
    found = proxies_of(environment).for_server(parse_server(server))
    assert found == (PROXY if is_asked else None)


@pytest.mark.parametrize(
    ("environment", "https", "http"),
    [
        ({}, None, None),
        ({"HTTPS_PROXY": "proxy.example:3128"}, PROXY, None),
        ({"https_proxy": "http://proxy.example:3128"}, PROXY, None),
        ({"HTTP_PROXY": "http://proxy.example:3128"}, None, PROXY),
        ({"ALL_PROXY": "http://proxy.example:3128"}, None, None),  # Go does not read it
        ({"HTTPS_PROXY": "", "https_proxy": "proxy.example:3128"}, PROXY, None),
    ],
)
def test_variables(environment, https, http):
    found = proxies_of(environment)
    assert found.for_server(parse_server("https://k.example")) == https
    assert found.for_server(parse_server("http://k.example")) == http


def test_a_variable_that_is_none():
    with pytest.raises(ValueError, match="HTTPS_PROXY has the scheme 'ftp'"):
        proxies_of({"https_proxy": "ftp://p"})


def test_the_proxy_of_a_cluster_is_asked_for_this_machine_too():
    assert Proxies(always=PROXY).for_server(parse_server("https://127.0.0.1")) == PROXY


def test_a_password_is_in_no_repr():
    proxy = parse_proxy("http://jane:hunter2@proxy.example")
    assert "hunter2" not in repr(Proxies(always=proxy))
    assert str(proxy) == "http://proxy.example:80"
