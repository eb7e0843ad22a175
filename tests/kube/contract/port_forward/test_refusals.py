"""What kubectl says when it may not, or cannot, forward; it shows the words of the server."""

import pytest

from kube.contract.port_forward.conftest import TOKEN
from support.api_server import Rule
from support.kubelet.apps import HTTP
from support.kubelet.workloads import pod
from support.orders import asked

READS = Rule(["get", "list", "watch"], [""], ["pods"])
CANNOT = 'User "admin" cannot create resource "pods/portforward" in API group "" in the namespace'


@pytest.fixture
def rules(server):
    """What the user may do, besides reading pods."""

    def only(*verbs):
        server.access.rules["admin"] = [READS, Rule(verbs, [""], ["pods/portforward"])]

    return only


@pytest.mark.parametrize("verbs", [[], ["get"]], ids=["nothing", "get"])
def test_without_the_right_to_create(place, port_forward, rules, verbs):
    place.start("shop-1")
    rules(*verbs)
    process = port_forward("shop-1", f":{HTTP}")
    assert process.ended() == 1
    assert process.out == []
    (line,) = process.err
    assert line.startswith("error: error upgrading connection: ")
    assert 'pods "shop-1" is forbidden: ' in line
    assert f'{CANNOT} "default"' in line


def test_the_right_to_create_is_enough(server, place, port_forward, rules):
    """A WebSocket needs the right to get as well, so the form is the one that does not."""
    place.start("shop-1")
    rules("create")
    assert asked(port_forward("shop-1", f":{HTTP}").until_listening().local[HTTP]) == "shop-1"
    assert [each.form for each in server.on_nodes(lambda nodes: nodes.seen)] == ["spdy"]


def test_the_right_to_get_was_enough_once(server, place, port_forward, rules, version):
    server.terms.needs_create = False
    place.start("shop-1")
    rules("get")
    process = port_forward("shop-1", f":{HTTP}")
    if version == "1.30":
        assert process.ended() == 1
    else:
        assert asked(process.until_listening().local[HTTP]) == "shop-1"


def test_an_older_server_has_no_tunnel(server, place, port_forward):
    server.terms.serves_tunnel = False
    place.start("shop-1")
    assert asked(port_forward("shop-1", f":{HTTP}").until_listening().local[HTTP]) == "shop-1"
    assert [each.form for each in server.on_nodes(lambda nodes: nodes.seen)] == ["spdy"]


def test_a_token_that_has_ended(server, place, port_forward):
    place.start("shop-1")
    del server.access.user_by_token[TOKEN]
    server.access.user_by_token["another"] = "admin"
    process = port_forward("shop-1", f":{HTTP}")
    assert process.ended() == 1
    assert "You must be logged in to the server" in process.err[-1]


def test_a_pod_without_a_node(server, port_forward):
    server.put(pod("shop-1", node=""))
    process = port_forward("shop-1", f":{HTTP}")
    assert process.ended() == 1
    (line,) = process.err
    assert line.startswith("error: error upgrading connection: ")
    assert line.endswith("pod shop-1 does not have a host assigned")


def test_a_node_that_is_gone(server, place, port_forward):
    place.start("shop-1")
    server.on_nodes(lambda nodes: nodes.lose("node-a"))
    process = port_forward("shop-1", f":{HTTP}")
    assert process.ended() == 1
    assert "error dialing backend: dial tcp 10.0.0.1:10250: i/o timeout" in process.err[-1]
