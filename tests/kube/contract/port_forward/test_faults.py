"""What can be done to our nodes, and that kubectl suffers from it as it is known to do."""

import time

import pytest

from live.until import until
from support.kubectl import CURRENT
from support.kubelet.apps import HTTP, ORDERS
from support.orders import asked, connected, exactly, ordered

# What is done is done to the sessions of both alike.
pytestmark = pytest.mark.parametrize("version", [CURRENT], indirect=True)

LOST = "error: lost connection to pod"


@pytest.fixture
def forwarded(server, place, port_forward):
    """Both ports of one pod, and an open session."""
    place.start("shop-1")
    return port_forward("shop-1", f":{HTTP}", f":{ORDERS}").until_listening(lines=4)


def test_a_session_that_outlives_its_pod(server, place, forwarded):
    """As with containerd: nobody tells the client before it asks for more."""
    server.terms.ends_sessions = False
    place.remove("shop-1")
    assert server.on_nodes(lambda nodes: nodes.sessions("shop-1")) == 1
    with connected(forwarded.local[HTTP]) as connection:
        assert connection.recv(1) == b""
    assert forwarded.ended() == 1
    assert "failed to find sandbox" in "\n".join(forwarded.err)


def test_a_pod_that_fails_is_gone_for_its_node(server, place, forwarded):
    """Evicted: the object stays, and nothing runs any more."""
    document = server.get("pods", "default", "shop-1")
    server.put({**document, "status": {"phase": "Failed", "reason": "Evicted"}})
    assert forwarded.ended() == 1
    assert forwarded.err[-1] == LOST


def test_another_pod_of_the_same_name(server, place, forwarded, port_forward):
    place.remove("shop-1")
    assert forwarded.ended() == 1
    place.start("shop-1")
    again = port_forward("shop-1", f":{HTTP}").until_listening()
    assert asked(again.local[HTTP]) == "shop-1"


def test_the_api_server_comes_back(server, place, forwarded, port_forward):
    server.restart()
    assert forwarded.ended() == 1
    assert forwarded.err[-1] == LOST
    again = port_forward("shop-1", f":{HTTP}").until_listening()
    assert asked(again.local[HTTP]) == "shop-1"


def test_a_balancer_that_forgets_idle_connections(server, place, port_forward):
    server.terms.idle_cut = 0.5
    place.start("shop-1")
    process = port_forward("shop-1", f":{HTTP}").until_listening()
    assert process.ended() == 1
    assert LOST in process.err


def test_a_node_that_loses_its_power_says_nothing(server, place, forwarded):
    with ordered(forwarded.local[ORDERS], "wait") as connection:
        assert exactly(connection, 8) == b"waiting\n"
        server.on_nodes(lambda nodes: nodes.lose("node-a"))
        connection.settimeout(1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    assert forwarded.code is None


def test_a_session_that_is_not_read_any_more(server, place, forwarded):
    assert asked(forwarded.local[HTTP]) == "shop-1"
    server.on_nodes(lambda nodes: nodes.each(lambda wire: wire.deafen()))
    with connected(forwarded.local[HTTP]) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        server.on_nodes(lambda nodes: nodes.each(lambda wire: wire.undeafen()))
        connection.settimeout(30)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_an_application_that_does_not_read_stops_the_whole_session(server, place, forwarded):
    """There is no window in SPDY as Kubernetes has it: the node stops reading for all."""
    assert asked(forwarded.local[HTTP]) == "shop-1"
    with ordered(forwarded.local[ORDERS], "deaf") as connection:
        assert exactly(connection, 5) == b"deaf\n"
        connection.settimeout(2)
        with pytest.raises(TimeoutError):
            connection.sendall(bytes(64 << 20))
        with connected(forwarded.local[HTTP]) as other:
            other.sendall(b"GET / HTTP/1.1\r\n\r\n")
            other.settimeout(1)
            with pytest.raises(TimeoutError):
                other.recv(1)


def test_the_way_takes_its_time(server, place, forwarded, port_forward):
    server.terms.delay = 0.05
    process = port_forward("shop-1", f":{HTTP}").until_listening()
    before = time.monotonic()
    assert asked(process.local[HTTP]) == "shop-1"
    assert time.monotonic() - before >= 0.3  # kubectl waits for the answers to both streams


def test_connections_end_with_the_client(server, place, forwarded):
    with ordered(forwarded.local[ORDERS], "wait") as connection:
        assert exactly(connection, 8) == b"waiting\n"
        assert server.on_nodes(lambda nodes: nodes.connections()) == 1
    until(lambda: not server.on_nodes(lambda nodes: nodes.connections()), "the end of it")
    assert server.on_nodes(lambda nodes: nodes.dials) == [("shop-1", ORDERS)]
