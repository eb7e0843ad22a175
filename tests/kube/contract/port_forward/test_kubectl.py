"""kubectl port-forward, the real one, in both forms. The cases are those of Kubernetes' own tests.

They tell what a client sees through a real node, so that our nodes may be trusted for the rest.
"""

import socket

import pytest

from kube.contract.port_forward import stories
from kube.contract.port_forward.conftest import VERSIONS
from live.until import until
from support.kubectl import CURRENT
from support.kubelet.app import content
from support.kubelet.apps import GREETINGS, HTTP, ORDERS
from support.kubelet.workloads import port, service, workload
from support.orders import all_of, asked, connected, exactly, ordered

KINDS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController")


@pytest.fixture
def forwarded(place, port_forward):
    """kubectl, with all ports of one pod."""
    place.start("shop-1", "shop")
    words = (f":{number}" for number in (HTTP, ORDERS, GREETINGS))
    return port_forward("pod/shop-1", *words).until_listening(lines=6)


def test_on_both_addresses_of_localhost(forwarded):
    local = forwarded.local[HTTP]
    assert f"Forwarding from 127.0.0.1:{local} -> {HTTP}" in forwarded.out
    assert f"Forwarding from [::1]:{local} -> {HTTP}" in forwarded.out
    assert [asked(local, host=host) for host in ("127.0.0.1", "::1")] == ["shop-1"] * 2
    until(lambda: forwarded.handled == 2, "both to be told")
    assert forwarded.out[-1] == f"Handling connection for {local}"


def test_one_connection_for_many_requests(forwarded):
    with connected(forwarded.local[HTTP]) as connection:
        for _ in range(20):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
            assert connection.recv(1000).endswith(b"\r\n\r\nshop-1")


def test_the_server_speaks_first(forwarded):
    stories.the_server_speaks_first(forwarded)


def test_a_client_that_says_nothing_and_goes(forwarded):
    with connected(forwarded.local[HTTP]):
        pass
    assert asked(forwarded.local[HTTP]) == "shop-1"


def test_many_bytes_each_way(forwarded):
    stories.many_bytes_each_way(forwarded)


def test_many_at_once(forwarded):
    open_ones = [
        socket.create_connection(("127.0.0.1", forwarded.local[ORDERS])) for _ in range(50)
    ]
    try:
        for number, connection in enumerate(open_ones):
            connection.sendall(b"echo\n%03d" % number)
        told = [exactly(connection, 3) for connection in open_ones]
        assert told == [b"%03d" % number for number in range(50)]
    finally:
        for connection in open_ones:
            connection.close()


def test_half_close_still_gets_what_comes_at_once(forwarded):
    stories.half_close_before_the_answer(forwarded)


def test_half_close_is_not_told_to_the_application(forwarded):
    """It would answer; but the other direction has only a moment, and then both are closed."""
    with ordered(forwarded.local[ORDERS], "count") as connection:
        connection.sendall(b"1234567")
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection) == b""
    assert asked(forwarded.local[HTTP]) == "shop-1"


def test_an_answer_that_comes_late_after_half_close_is_lost(forwarded):
    with ordered(forwarded.local[ORDERS], "late 3") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection) == b""
    with ordered(forwarded.local[ORDERS], "late 0.1") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection) == b"late\n"


@pytest.mark.parametrize("version", [CURRENT], indirect=True)  # older ones hang for good
def test_a_client_that_goes_while_much_is_on_its_way(forwarded):
    with ordered(forwarded.local[ORDERS], "bytes 40000000") as connection:
        assert exactly(connection, 1000) == content(1000)
    assert asked(forwarded.local[HTTP]) == "shop-1"


def test_a_refused_port_ends_all_of_kubectl(place, port_forward):
    place.start("shop-1")
    process = port_forward("shop-1", f":{HTTP}", ":9").until_listening(lines=4)
    with connected(process.local[9]) as connection:
        assert _received(connection) == b""
    assert process.ended() == 1
    told = "\n".join(process.err)
    assert "error forwarding port 9 to pod " in told
    assert "connect: connection refused" in told
    assert process.err[-1] == "error: lost connection to pod"


def test_a_pod_that_goes_ends_all_of_kubectl(place, port_forward):
    place.start("shop-1")
    process = port_forward("shop-1", f":{ORDERS}").until_listening(lines=2)
    with ordered(process.local[ORDERS], "wait") as connection:
        assert exactly(connection, 8) == b"waiting\n"
        place.remove("shop-1")
        assert _received(connection) == b""
    assert process.ended() == 1
    assert process.err[-1] == "error: lost connection to pod"


@pytest.mark.parametrize("version", [CURRENT], indirect=True)
@pytest.mark.parametrize("kind", KINDS)
def test_through_what_made_the_pod(place, port_forward, kind):
    place.start("shop-1", "shop")
    place.put(workload(kind, "shop", namespace=place.namespace))
    process = port_forward(f"{kind.lower()}/shop", ":http").until_listening(lines=2)
    assert asked(process.local[HTTP]) == "shop-1"


@pytest.mark.parametrize("word", ["web", "80"])
def test_through_a_service(place, port_forward, word):
    place.start("shop-1", "shop")
    ports = (port(80, "http", name="web"), port(7000, ORDERS, name="orders"))
    place.put(service("shop", *ports, namespace=place.namespace))
    process = port_forward("svc/shop", f":{word}").until_listening(lines=2)
    assert asked(process.local[HTTP]) == "shop-1"


def test_an_interrupt_is_a_good_end(forwarded):
    assert asked(forwarded.local[HTTP]) == "shop-1"
    assert forwarded.interrupted() == 0


def test_in_the_form_of_its_version(server, place, port_forward, version):
    place.start("shop-1")
    assert asked(port_forward("shop-1", f":{HTTP}").until_listening().local[HTTP]) == "shop-1"
    assert [each.form for each in server.on_nodes(lambda nodes: nodes.seen)] == [VERSIONS[version]]


def test_a_reset_of_the_application_is_one_of_its_connection(server, place, port_forward):
    place.start("shop-1")
    process = port_forward("shop-1", f":{HTTP}", f":{ORDERS}").until_listening(lines=4)
    with ordered(process.local[ORDERS], "reset") as connection:
        assert _received(connection) == b""
    assert asked(process.local[HTTP]) == "shop-1"


def test_a_reset_of_the_application_on_an_older_node_ends_all(server, place, port_forward):
    server.terms.resets = False
    place.start("shop-1")
    process = port_forward("shop-1", f":{ORDERS}").until_listening(lines=2)
    with ordered(process.local[ORDERS], "reset") as connection:
        assert _received(connection) == b""
    assert process.ended() == 1
    assert "read: connection reset by peer" in "\n".join(process.err)


def _received(connection: socket.socket) -> bytes:
    """What comes before the end, whichever way it ends."""
    try:
        return all_of(connection)
    except ConnectionResetError:
        return b""
