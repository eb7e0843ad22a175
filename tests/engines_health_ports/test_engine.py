"""What load balancers see of a node."""

import json
import socket

import pytest

from engines_health_ports.stage import health_port, machine_with
from portico.engines.health_ports import Options
from portico.plan.plan import Diff, diff
from support.netns import needs_namespaces
from support.plans import plan_of

pytestmark = needs_namespaces

NOTHING = Diff({}, set())
HERE = machine_with("192.0.2.1", "2001:db8:1::1")


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8:1::1"])
@pytest.mark.parametrize(("endpoints", "status"), [(2, 200), (0, 503)])
def test_a_service_is_healthy_while_it_has_endpoints_here(stage, address, endpoints, status):
    assert stage.serve(plan_of(HERE, health_port(32222, endpoints))).in_sync
    told = stage.ask(address, 32222, "/any/path?whatever")
    assert told.status == status
    assert json.loads(told.body) == {
        "service": {"namespace": "shop", "name": "web"},
        "localEndpoints": endpoints,
        "serviceProxyHealthy": True,
    }
    assert told.headers["Content-Type"] == "application/json"
    assert told.headers["X-Content-Type-Options"] == "nosniff"
    assert told.headers["X-Load-Balancing-Endpoint-Weight"] == str(endpoints)


def test_a_change_is_told_on_the_connection_that_is_open(stage):
    plan = plan_of(HERE, health_port(32222, 1))
    stage.serve(plan)
    stream = stage.connect("192.0.2.1", 32222)
    assert stage.talk(stream, "GET / HTTP/1.1\r\n\r\n").status == 200
    changed = plan_of(HERE, health_port(32222, 0))
    stage.serve(changed, diff(plan, changed))
    assert stage.talk(stream, "GET / HTTP/1.1\r\n\r\n").status == 503
    head = stage.talk(stream, "HEAD / HTTP/1.1\r\n\r\n")
    assert (head.status, head.body) == (503, b"")
    last = stage.talk(stream, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert last.headers["Connection"] == "close"
    assert stage.wait_for(lambda: stream.recv(1)) == b""


def test_ports_come_and_go_with_the_plan_and_the_addresses(stage):
    plan = plan_of(HERE, health_port(32222, 1), health_port(32223, 1))
    assert stage.serve(plan).figures["sockets"] == 4
    idle = stage.connect("192.0.2.1", 32222)
    assert stage.talk(idle, "GET / HTTP/1.1\r\n\r\n").status == 200
    less = plan_of(HERE, health_port(32223, 1))
    stage.serve(less, diff(plan, less))
    assert stage.wait_for(lambda: idle.recv(1)) == b""
    with pytest.raises(ConnectionRefusedError):
        stage.connect("192.0.2.1", 32222)
    moved = plan_of(machine_with("198.51.100.1"), health_port(32223, 1))
    stage.serve(moved, diff(less, moved))
    assert stage.ask("198.51.100.1", 32223).status == 200
    with pytest.raises(ConnectionRefusedError):
        stage.connect("192.0.2.1", 32223)


def test_without_node_port_addresses_it_answers_everywhere(stage):
    stage.serve(plan_of(health_port(32222, 1)))
    for address in ("192.0.2.1", "198.51.100.1", "2001:db8:1::1", "127.0.0.1", "::1"):
        assert stage.ask(address, 32222).status == 200


def test_a_port_of_another_program_is_reported_and_taken_once_it_is_free(stage):
    other = stage.machine.socket()
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    other.bind(("192.0.2.1", 32222))
    other.listen()
    plan = plan_of(machine_with("192.0.2.1"), health_port(32222, 1), health_port(32223, 1))
    report = stage.serve(plan)
    assert "192.0.2.1:32222: address already in use" in report.detail
    assert stage.ask("192.0.2.1", 32223).status == 200
    other.close()
    assert stage.serve(plan, NOTHING).detail == ""
    assert stage.ask("192.0.2.1", 32222).status == 200


def test_an_address_that_is_not_there_yet_is_tried_again(stage):
    plan = plan_of(machine_with("192.0.2.77"), health_port(32222, 1))
    assert "192.0.2.77:32222: cannot assign requested address" in stage.serve(plan).detail
    stage.machine.ip("address add 192.0.2.77/24 dev wan")
    try:
        assert stage.serve(plan, NOTHING).detail == ""
        assert stage.ask("192.0.2.77", 32222).status == 200
    finally:
        stage.machine.ip("address del 192.0.2.77/24 dev wan")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", b"431"),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", b"400"),
    ],
    ids=["nonsense", "no colon", "too long", "tls"],
)
def test_what_is_no_request_is_answered_and_ends(stage, sent, status):
    stage.serve(plan_of(HERE, health_port(32222, 1)))
    stream = stage.connect("192.0.2.1", 32222)

    def spoken() -> bytes:
        stream.sendall(sent)
        got = b""
        while part := stream.recv(4096):
            got += part
        return got

    assert stage.wait_for(spoken).split()[1] == status


def test_callers_who_say_nothing_do_not_keep_others_out(stage, monkeypatch):
    monkeypatch.setattr("portico.engines.health_ports.doors.MOST_CALLERS", 3)
    stage.serve(plan_of(HERE, health_port(32222, 1)))
    silent = [stage.connect("192.0.2.1", 32222) for _ in range(3)]
    assert stage.ask("192.0.2.1", 32222).status == 200
    assert stage.wait_for(lambda: silent[0].recv(1)) == b""
    assert stage.talk(silent[2], "GET / HTTP/1.1\r\n\r\n").status == 200


def test_the_node_is_unhealthy_once_it_has_been_behind_for_too_long(stage):
    stage.made(Options(node_health=("192.0.2.1", 10256), patience=0))
    plan = plan_of(HERE, health_port(32222, 1))
    stage.serve(plan)
    assert stage.ask("192.0.2.1", 10256, "/healthz").status == 200
    assert stage.ask("192.0.2.1", 10256, "/livez").status == 200
    assert stage.ask("192.0.2.1", 10256, "/").status == 404
    stage.is_in_sync = False
    told = stage.ask("192.0.2.1", 10256, "/healthz")
    assert told.status == 503
    body = json.loads(told.body)
    assert body["lastUpdated"] < body["currentTime"]
    assert body["nodeEligible"] is True
    assert stage.ask("192.0.2.1", 10256, "/livez").status == 503
    service = stage.ask("192.0.2.1", 32222)
    assert (service.status, json.loads(service.body)["serviceProxyHealthy"]) == (503, False)
    stage.is_in_sync = True
    assert stage.ask("192.0.2.1", 10256, "/healthz").status == 200


def test_a_short_lapse_is_forgiven(stage):
    stage.serve(plan_of(HERE, health_port(32222, 1)))
    stage.is_in_sync = False
    assert stage.ask("192.0.2.1", 32222).status == 200


@pytest.mark.parametrize("keep", [True, False])
def test_after_the_end_nobody_answers(stage, keep):
    stage.serve(plan_of(HERE, health_port(32222, 1)))
    stage.run(stage.engine.close(keep=keep))
    with pytest.raises(ConnectionRefusedError):
        stage.connect("192.0.2.1", 32222)


def test_a_wrong_hint_does_no_harm(stage):
    plan = plan_of(HERE, health_port(32222, 1))
    stage.serve(plan)
    for hint in (None, NOTHING, Diff({}, set(plan)), Diff(dict(plan), set())):
        assert stage.serve(plan, hint).figures["sockets"] == 2
    assert isinstance(stage.connect("192.0.2.1", 32222), socket.socket)
