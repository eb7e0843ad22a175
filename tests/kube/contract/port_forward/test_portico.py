"""`portico forward` where kubectl has just been tried: through our nodes, or those of a cluster.

What is beyond kubectl's is here as well: that it goes on where that ends.
"""

import subprocess
import sys
from contextlib import ExitStack
from http.client import HTTPException

import pytest

from kube.contract.port_forward import stories
from live.ports import free_ports
from live.until import until
from support.forwarding import forwarding
from support.kubelet.apps import GREETINGS, HTTP, ORDERS
from support.kubelet.workloads import port, service, workload
from support.orders import asked, exactly, ordered

FORMS = ("websocket", "spdy")


@pytest.fixture
def portico(place, tmp_path):
    """Start `portico forward`; everything that was started ends with the test."""
    with ExitStack() as stack:

        def start(*words):
            command = [sys.executable, "-m", "portico", "forward",
                       f"--kubeconfig={place.kubeconfig}", f"--namespace={place.namespace}",
                       *words]  # fmt: skip
            cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
            return stack.enter_context(forwarding(command, **cache))

        yield start


@pytest.fixture(params=FORMS)
def forwarded(request, place, portico):
    """All ports of one pod, in each form that a current server speaks."""
    place.start("shop-1", "shop")
    words = (f":{number}" for number in (HTTP, ORDERS, GREETINGS))
    started = portico(f"--transport={request.param}", "pod/shop-1", *words)
    return started.until_listening(lines=6)


def test_on_both_addresses_of_localhost(forwarded):
    assert [asked(forwarded.local[HTTP], host=host) for host in ("127.0.0.1", "::1")] == [
        "shop-1"
    ] * 2
    until(lambda: forwarded.handled == 2, "both to be told")


def test_the_server_speaks_first(forwarded):
    stories.the_server_speaks_first(forwarded)


def test_many_bytes_each_way(forwarded):
    stories.many_bytes_each_way(forwarded)


def test_half_close_still_gets_the_answer(forwarded):
    stories.half_close_before_the_answer(forwarded)


def test_a_refused_port_ends_its_own_connections_only(place, portico):
    place.start("shop-1")
    process = portico("shop-1", f":{ORDERS}", ":9").until_listening(lines=4)
    with ordered(process.local[ORDERS], "echo") as going_on:
        assert _answered(process.local[9]) == ""
        going_on.sendall(b"still here")
        assert exactly(going_on, 10) == b"still here"
    until(lambda: "connection refused" in "\n".join(process.err), "the reason to be told")
    assert process.code is None


def test_the_next_pod_of_a_service_is_there_for_the_next_connection(place, portico):
    place.start("shop-1", "shop")
    place.put(service("shop", port(80, "http", name="web"), namespace=place.namespace))
    process = portico("svc/shop", ":web").until_listening(lines=2)
    local = process.local[HTTP]
    assert asked(local) == "shop-1"
    place.start("shop-2", "shop")
    place.remove("shop-1")
    until(lambda: _answered(local) == "shop-2", "the next pod to answer")
    assert process.code is None


def test_through_a_deployment(place, portico):
    place.start("shop-1", "shop")
    place.put(workload("Deployment", "shop", namespace=place.namespace))
    process = portico("deploy/shop", ":http").until_listening(lines=2)
    assert asked(process.local[HTTP]) == "shop-1"


def test_by_its_name_in_the_cluster(place, portico):
    place.start("shop-1", "shop")
    place.put(service("shop", port(80, "http", name="web"), namespace=place.namespace))
    (proxy,) = free_ports(1)
    process = portico("--socks", str(proxy))
    until(lambda: "\n".join(process.out + process.err), "a word of the proxy")
    told = subprocess.run(
        ["curl", "-sS", "--fail", "--max-time", "30", "--retry", "5", "--retry-connrefused",
         "--socks5-hostname", f"127.0.0.1:{proxy}", f"http://shop.{place.namespace}/"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (told.returncode, told.stdout) == (0, "shop-1"), told.stderr


def test_an_interrupt_is_a_good_end(forwarded):
    assert forwarded.interrupted() == 0


def _answered(local):
    """By whom; empty where the connection ends before that, in whichever way."""
    try:
        return asked(local)
    except (OSError, HTTPException):
        return ""
