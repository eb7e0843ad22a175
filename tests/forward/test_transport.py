"""How connections travel, as somebody says it on the command line."""

import socket

import pytest

from forward.conftest import answer
from live.until import until
from support.kubelet.apps import HTTP, ORDERS
from support.orders import all_of, connected

NAMES = {"websocket": "tunnel", "spdy": "spdy", "channels": "channels"}
"""As the nodes of the tests call them."""


def forms(place):
    return {seen.form for seen in place.server.on_nodes(lambda nodes: list(nodes.seen))}


@pytest.mark.parametrize("transport", NAMES)
def test_one_of_them_can_be_asked_for(place, portico, transport):
    place.start("web-1")
    process = portico("pod/web-1", f":{HTTP}", f"--transport={transport}").until_listening(lines=2)
    assert answer(process) == "web-1"
    assert forms(place) == {NAMES[transport]}


def test_the_variable_of_kubectl_is_heeded(place, portico):
    place.start("web-1")
    process = portico("pod/web-1", f":{HTTP}", KUBECTL_PORT_FORWARD_WEBSOCKETS="false")
    process.until_listening(lines=2)
    assert answer(process) == "web-1"
    assert forms(place) == {"spdy"}


@pytest.mark.parametrize(("half_close", "heard"), [("defer", b"late\n"), ("forward", b"")])
def test_when_the_pod_hears_that_the_client_has_ended(place, portico, half_close, heard):
    """The node takes it for the end of everything, and cuts the answer a moment later."""
    place.start("web-1")
    place.server.terms.grace = 0.2
    process = portico("pod/web-1", f":{ORDERS}", f"--half-close={half_close}")
    local = process.until_listening(lines=2).local[ORDERS]
    with connected(local) as connection:
        connection.sendall(b"late 0.6\n")
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection) == heard


def test_what_worked_is_kept_for_the_next_time(place, portico, tmp_path):
    place.start("web-1")
    place.server.terms.serves_tunnel = False
    portico("pod/web-1", f":{HTTP}").until_listening(lines=2)
    until((tmp_path / "portico" / "forward-forms.json").exists, "the file")
    place.server.forget_requests()
    portico("pod/web-1", f":{HTTP}").until_listening(lines=2)
    asked = {each.verb for each in place.server.requests if each.resource == "pods/portforward"}
    assert asked == {"create"}  # and not first the verb get, for a WebSocket
