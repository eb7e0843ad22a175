"""Who stands in front of Portico, and what it may say of clients."""

import json
import socket
import struct

import pytest

from live.manifests import backend, ingress, secret
from model.certificates import pair
from support.client import Client

pytestmark = pytest.mark.nginx

HOST = "shop.example"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


@pytest.fixture
def shop(program, ports):
    """Not started."""
    program.save("web.yaml", backend("web", ports["a"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")], secret="tls", redirect="false"))
    program.save("tls.yaml", secret("tls", pair(HOST)))
    return program


def v1(client: str) -> bytes:
    family = "TCP6" if ":" in client else "TCP4"
    own = "::1" if ":" in client else "127.0.0.1"
    return f"PROXY {family} {client} {own} 4711 80\r\n".encode()


def v2(client: str) -> bytes:
    is_six = ":" in client
    family = socket.AF_INET6 if is_six else socket.AF_INET
    own = "::1" if is_six else "127.0.0.1"
    places = socket.inet_pton(family, client) + socket.inet_pton(family, own)
    body = places + struct.pack("!HH", 4711, 80)
    return SIGNATURE + struct.pack("!BBH", 0x21, 0x21 if is_six else 0x11, len(body)) + body


@pytest.mark.parametrize("header", [v1, v2])
@pytest.mark.parametrize("client", ["203.0.113.7", "2001:db8::7"])
def test_the_proxy_protocol(shop, header, client):
    shop.start("--proxy-protocol", "--trusted-proxies", "127.0.0.0/8")
    with Client(shop.http) as proxy:
        proxy.send(header(client))
        for _ in range(2):  # once a connection, for all its requests
            seen = json.loads(proxy.ask("/", HOST).body)["headers"]
            assert (seen["x-real-ip"], seen["x-forwarded-for"]) == (client, client)


def test_the_proxy_protocol_before_tls(shop):
    """As a load balancer does it that passes TLS through."""
    import ssl

    shop.start("--proxy-protocol", "--trusted-proxies", "127.0.0.1/32")
    with socket.create_connection(("127.0.0.1", shop.https), 20) as raw:
        raw.sendall(v2("203.0.113.7"))
        context = ssl.create_default_context(cadata=pair(HOST).chain.decode())
        with context.wrap_socket(raw, server_hostname=HOST) as secure:
            secure.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: secure.recv(65536), b""))
    assert b'"x-real-ip": "203.0.113.7"' in answer


def test_without_its_header_nobody_is_served(shop):
    """Whoever comes past the balancer could say anything."""
    shop.start("--proxy-protocol", "--trusted-proxies", "127.0.0.1/32")
    assert shop.name(HOST) in ("ConnectionError", "ConnectionResetError")


def test_a_balancer_that_nobody_trusts_does_not_speak_for_clients(shop):
    shop.start("--proxy-protocol", "--trusted-proxies", "192.0.2.0/24")
    with Client(shop.http) as proxy:
        proxy.send(v1("203.0.113.7"))
        assert json.loads(proxy.ask("/", HOST).body)["headers"]["x-real-ip"] == "127.0.0.1"


SAID = [
    ("X-Forwarded-For", "198.51.100.9, 203.0.113.7"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "public.example"),
]


def test_a_trusted_proxy_is_believed(shop):
    shop.start("--trusted-proxies", "127.0.0.0/8")
    seen = json.loads(shop.get(HOST, headers=SAID).body)["headers"]
    assert seen["x-real-ip"] == "203.0.113.7"
    assert seen["x-forwarded-proto"] == "https"
    assert seen["x-forwarded-host"] == "public.example"


def test_anybody_else_is_not(shop):
    shop.start("--trusted-proxies", "192.0.2.0/24")
    seen = json.loads(shop.get(HOST, headers=SAID).body)["headers"]
    assert seen["x-real-ip"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == HOST


def test_a_chain_of_trusted_proxies(shop):
    """The last address that nobody trusts is the client's."""
    shop.start("--trusted-proxies", "127.0.0.0/8", "--trusted-proxies", "203.0.113.0/24")
    seen = json.loads(shop.get(HOST, headers=SAID).body)["headers"]
    assert seen["x-real-ip"] == "198.51.100.9"


def test_https_at_a_trusted_proxy_is_not_redirected(shop):
    """TLS ended there; a redirect would go round and round."""
    shop.save("shop.yaml", ingress("shop", HOST, [("/", "web")], secret="tls"))
    shop.start("--trusted-proxies", "127.0.0.0/8")
    assert shop.get(HOST).status == 308
    assert shop.get(HOST, headers=SAID).status == 200
