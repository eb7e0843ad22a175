"""--compat=kubectl, held against the kubectl of the tests where that has a word to say."""

import re
import signal
import socket
from contextlib import suppress

import pytest

from forward.conftest import answer
from live.until import until
from support.forwarding import forwarding
from support.kubectl import kubectl
from support.kubelet.apps import HTTP
from support.kubelet.workloads import port
from support.orders import connected

LOST = "error: lost connection to pod"


@pytest.fixture(params=["portico", "kubectl"])
def either(request, place, portico, tmp_path):
    """Start one of them; both are to do the same."""
    started = []

    def start(*words):
        if request.param == "portico":
            return portico("--compat=kubectl", *words)
        command = [kubectl(), f"--kubeconfig={place.kubeconfig}", f"--cache-dir={tmp_path}",
                   "port-forward", *words]  # fmt: skip
        started.append(forwarding(command))
        return started[-1].__enter__()

    yield start
    for each in started:
        each.__exit__(None, None, None)


def test_it_ends_with_its_pod(place, either):
    place.start("web-1")
    place.start("web-2")
    place.serve()
    process = either("svc/web", ":80").until_listening(lines=2)
    place.remove(answer(process))
    assert process.ended() == 1
    assert process.err == [LOST]


def test_it_ends_with_one_refused_connection(place, either):
    place.start("web-1")
    process = either("web-1", ":9999").until_listening(lines=2)
    local = process.local[9999]
    with connected(local) as connection, suppress(ConnectionResetError):
        assert connection.recv(1) == b""
    assert process.ended() == 1
    head = r"E\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ portforward\.go:\d+\]"
    what = r'"An error occurred forwarding" err="error forwarding port 9999 to pod .*"'
    assert re.match(f"{head} {what} localPort={local} remotePort=9999$", process.err[0])
    assert process.err[-1] == LOST


def test_headless_services_mean_the_port_itself(place, either):
    place.start("web-1")
    place.serve("web", port(9000, "http"), clusterIP="None")
    assert either("svc/web", ":9000").until_listening().local.keys() == {9000}


def test_one_address_of_localhost_is_enough(place, either, endpoints_port):
    place.start("web-1")
    process = either("web-1", f"{endpoints_port}:{HTTP}").until_listening()
    assert process.out == [f"Forwarding from [::1]:{endpoints_port} -> {HTTP}"]


def test_a_port_that_is_taken_is_left_out(place, either, endpoints_port):
    place.start("web-1")
    words = ("web-1", "--address=127.0.0.1", f"{endpoints_port}:{HTTP}")
    process = either(*words, f":{HTTP}").until_listening()
    taken = f"listen tcp4 127.0.0.1:{endpoints_port}: bind: address already in use"
    until(lambda: process.err, "it to be told")
    assert process.err == [
        f"Unable to listen on port {endpoints_port}: Listeners failed to create with the following "
        f"errors: [unable to create listener: Error {taken}]"
    ]
    assert process.interrupted() == 0
    process = either(*words)
    assert process.ended() == 1
    assert process.err[-1] == (
        f"error: unable to listen on any of the requested ports: [{{{endpoints_port} {HTTP}}}]"
    )


def test_a_pod_that_does_not_run(place, either):
    place.start("web-1", phase="Pending", is_ready=False)
    process = either("web-1", f":{HTTP}")
    assert process.ended() == 1
    assert process.err == [
        "error: unable to forward port because pod is not running. Current status=Pending"
    ]


def test_the_first_pod_to_come(place, either):
    place.serve()
    process = either("svc/web", ":80")
    until(lambda: place.server.watching("pods"), "it to wait")
    place.start("web-1")
    assert answer(process.until_listening()) == "web-1"


def test_it_does_not_wait_for_ever(place, either):
    place.serve()
    process = either("svc/web", ":80", "--pod-running-timeout=200ms")
    assert process.ended() == 1
    assert process.err == ["error: timed out waiting for the condition"]


def test_a_service_without_a_selector(place, either):
    place.serve("db", port(5432), selector=None)
    process = either("svc/db", ":5432")
    assert process.ended() == 1
    assert process.err == [
        "error: cannot attach to *v1.Service: invalid service 'db': Service is defined without a "
        "selector"
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals(place, either, number):
    place.start("web-1")
    process = either("web-1", f":{HTTP}").until_listening()
    assert process.signalled(number) == (0 if number is signal.SIGINT else -number)


def test_many_at_once(place, either):
    place.start("web-1")
    process = either("web-1", f":{HTTP}").until_listening()
    connections = [socket.create_connection(("127.0.0.1", process.local[HTTP])) for _ in range(20)]
    for connection in connections:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert all(each.recv(100).endswith(b"web-1") for each in connections)
    for connection in connections:
        connection.close()
