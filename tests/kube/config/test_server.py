"""Addresses of API servers."""

import pytest

from kube.config.judge import write
from portico.kube.config.choose import access
from portico.kube.config.server import Server, parse_server
from portico.kube.config.wish import Wish


@pytest.mark.parametrize(
    ("text", "server", "shown"),
    [
        ("https://10.0.0.1:6443", Server("https", "10.0.0.1", 6443), "https://10.0.0.1:6443"),
        ("https://k.example", Server("https", "k.example", 443), "https://k.example"),
        ("http://k.example:80", Server("http", "k.example", 80), "http://k.example"),
        ("https://[2001:db8::1]", Server("https", "2001:db8::1", 443), "https://[2001:db8::1]"),
        ("https://r/k8s/clusters/c-1/", Server("https", "r", 443, "/k8s/clusters/c-1"), None),
        ("https://r/base?x=1", Server("https", "r", 443, "/base"), None),
        ("k.example:8080", Server("http", "k.example", 8080), "http://k.example:8080"),
        ("http://a:b%3A@h", Server("http", "h", 80, "", "a", "b:"), "http://h"),
    ],
)
def test_servers_are_read(text, server, shown):
    assert parse_server(text) == server
    assert str(server) == shown or shown is None


@pytest.mark.parametrize("text", ["https://", "ftp://x", "https://x:y", "https://x:70000", ""])
def test_what_is_no_server(text):
    with pytest.raises(ValueError, match=r"has the scheme|names no host|has a port"):
        parse_server(text)


@pytest.mark.parametrize(
    ("cluster", "user", "scheme"),
    [
        ({}, {}, "http"),
        ({"insecure-skip-tls-verify": True}, {}, "https"),
        ({"certificate-authority-data": "eA=="}, {}, "https"),
        ({}, {"client-certificate-data": "eA==", "client-key-data": "eA=="}, "https"),
        ({}, {"token": "t"}, "http"),
    ],
)
def test_a_server_without_a_scheme(cluster, user, scheme, tmp_path):
    file = write(tmp_path / "config", {"server": "10.0.0.1:6443"} | cluster, user)
    assert str(access(Wish(kubeconfig=str(file)), {}).server) == f"{scheme}://10.0.0.1:6443"
