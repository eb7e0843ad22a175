"""The proxy with real clients: curl, and bytes by hand."""

import re
import socket
import subprocess

import pytest

from live.until import until
from portico.forward.socks.negotiation import Code
from support.api_server import Rule
from support.kubelet.apps import HTTP, ORDERS
from support.kubelet.workloads import port
from support.orders import exactly


@pytest.fixture
def proxy(place, portico):
    """Its port, where a Service `web` has two pods."""
    place.start("web-1")
    place.start("web-2")
    place.serve("web", port(80, "http", name="http"), port(7, ORDERS, name="orders"))
    process = portico("--socks=0")
    until(lambda: process.out, "the proxy")
    found = re.fullmatch(r"SOCKS5 proxy on 127\.0\.0\.1:(\d+)", process.out[0])
    return int(found[1])


def curl(proxy, url, *options):
    done = subprocess.run(
        ["curl", "-sS", "--max-time", "20", "--socks5-hostname", f"127.0.0.1:{proxy}", url,
         *options], capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout or done.stderr.strip()


@pytest.mark.parametrize(
    ("host", "pod"),
    [
        ("web",                                  "web-[12]"),
        ("web.default",                          "web-[12]"),
        ("web.default.svc.cluster.local",        "web-[12]"),
        (f"web-2:{HTTP}",                        "web-2"),
        (f"web-2.default:{HTTP}",                "web-2"),
        (f"web-2.web.default.svc:{HTTP}",        "web-2"),
        (f"web-1.default.pod:{HTTP}",            "web-1"),
    ],
)  # fmt: skip
def test_names_of_the_cluster(proxy, host, pod):
    assert re.fullmatch(pod, curl(proxy, f"http://{host}/"))


def test_addresses(place, proxy):
    place.serve("other", port(80, "http"), app="web", clusterIP="10.96.0.7")
    document = place.server.get("pods", "default", "web-2")
    status = {**document["status"], "podIP": "10.1.0.2", "podIPs": [{"ip": "10.1.0.2"}]}
    place.server.put({**document, "status": status})
    assert curl(proxy, "http://10.96.0.7/").startswith("web-")
    assert curl(proxy, f"http://10.1.0.2:{HTTP}/") == "web-2"
    assert curl(proxy, f"http://10-1-0-2.default.pod:{HTTP}/") == "web-2"
    assert "(4)" in curl(proxy, "http://10.96.0.8/")


def test_the_dns_knows_no_ports_of_headless_services(place, proxy):
    place.serve("bare", port(9000, "http"), app="web", clusterIP="None")
    assert curl(proxy, "http://bare:9000/").startswith("web-")
    assert curl(proxy, f"http://bare:{HTTP}/").startswith("web-")


def test_many_requests_of_one_client(proxy):
    urls = ["http://web/"] * 20
    assert curl(proxy, urls[0], *urls[1:]).startswith("web-")


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("nope.default",         Code.HOST_UNREACHABLE),
        ("www.example.com.au",   Code.HOST_UNREACHABLE),
        ("web:81",               Code.REFUSED),
    ],
)  # fmt: skip
def test_refusals(proxy, host, code):
    assert f"({code.value})" in curl(proxy, f"http://{host}/")


def test_what_is_not_allowed(place, proxy):
    place.server.access.rules["admin"] = [Rule(["get"], [""], ["pods"])]
    assert f"({Code.NOT_ALLOWED.value})" in curl(proxy, "http://web/")


def test_the_api_server_is_away(place, proxy):
    place.server.stop()
    assert f"({Code.NETWORK_UNREACHABLE.value})" in curl(proxy, "http://web/")
    place.server.start()
    assert curl(proxy, "http://web/").startswith("web-")


def test_it_follows_the_pods(place, proxy):
    first = curl(proxy, "http://web/")
    place.remove(first)
    (other,) = {"web-1", "web-2"} - {first}
    until(lambda: curl(proxy, "http://web/") == other, "the other pod")


def test_a_service_whose_pods_are_gone(place, portico):
    place.start("web-1")
    place.serve()
    process = portico("--socks=0", "--connect-timeout=200ms")
    until(lambda: process.out, "the proxy")
    proxy = int(process.out[0].rpartition(":")[2])
    assert curl(proxy, "http://web/") == "web-1"
    place.remove("web-1")
    until(lambda: any("there is no pod" in line for line in process.err), "it to be told")
    assert "reset by peer" in curl(proxy, "http://web/")
    place.start("web-2")
    assert curl(proxy, "http://web/") == "web-2"


def test_bytes_behind_the_request_are_the_connections(proxy):
    """A client may say everything at once."""
    with socket.create_connection(("127.0.0.1", proxy), 30) as connection:
        request = b"\x05\x01\x00\x03\x03web\x00\x07"
        connection.sendall(b"\x05\x01\x00" + request + b"echo\nhello")
        assert exactly(connection, 2 + 10) == b"\x05\x00" + b"\x05\x00\x00\x01" + bytes(6)
        assert exactly(connection, 5) == b"hello"


def test_clients_that_speak_nonsense_or_leave(proxy):
    for said in (b"GET / HTTP/1.1\r\n\r\n", b"\x05", b"\x04\x01", b""):
        with socket.create_connection(("127.0.0.1", proxy), 30) as connection:
            connection.sendall(said)
    assert curl(proxy, "http://web/").startswith("web-")
