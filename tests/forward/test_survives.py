"""Everything that ends kubectl port-forward, and what it does to us."""

import itertools
import os
import signal
import socket
import time

import pytest

from forward.conftest import TOKEN, answer
from live.until import until
from support.api_server import Rule
from support.kubelet.apps import HTTP, ORDERS
from support.orders import asked, connected, exactly, ordered


@pytest.fixture
def forwarded(place, portico):
    """A Service with one pod."""
    place.start("web-1")
    place.serve("web", *_PORTS)
    return portico("svc/web", ":80", ":7").until_listening(lines=4)


_PORTS = ({"port": 80, "targetPort": "http", "name": "http", "protocol": "TCP"},
          {"port": 7, "targetPort": ORDERS, "name": "orders", "protocol": "TCP"})  # fmt: skip


def waiting(process):
    """A connection that has sent its question, and waits."""
    connection = socket.create_connection(("127.0.0.1", process.local[HTTP]), 30)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: web\r\n\r\n")
    return connection


def until_told(process, pod):
    """A request that is under way when its pod goes is lost with it; later ones are not."""
    told = f": new connections go to {pod}"
    until(lambda: any(line.endswith(told) for line in process.err), f"{pod} to be told")


def until_waiting(process):
    """What is on its way when a session breaks is lost with it; later connections wait."""
    told = "; new connections wait for a ready pod"
    until(lambda: any(line.endswith(told) for line in process.err), "it to wait")


def body(connection):
    with connection:
        return connection.recv(1000).rpartition(b"\r\n\r\n")[2].decode()


def test_a_pod_that_is_deleted(place, forwarded):
    place.start("web-2")
    assert answer(forwarded) == "web-1"
    place.remove("web-1")
    until_told(forwarded, "web-2")
    assert answer(forwarded) == "web-2"


def test_only_connections_to_the_dead_pod_end(place, forwarded):
    place.start("web-2")
    with ordered(forwarded.local[ORDERS], "echo") as old:
        old.sendall(b"one")
        assert exactly(old, 3) == b"one"
        place.leave("web-1")
        until(lambda: forwarded.err, "the next pod")
        assert answer(forwarded) == "web-2"
        # The old one goes on for as long as its pod does.
        old.sendall(b"two")
        assert exactly(old, 3) == b"two"
        with ordered(forwarded.local[ORDERS], "echo") as new:
            place.remove("web-1")
            with pytest.raises(ConnectionResetError):
                old.recv(1)
            new.sendall(b"three")
            assert exactly(new, 5) == b"three"


def test_connections_wait_for_the_next_ready_pod(place, forwarded):
    place.remove("web-1")
    until(lambda: forwarded.err, "it to be told")
    assert forwarded.err[0] == ("svc/web: there is no pod; new connections wait for a ready pod")
    connections = [waiting(forwarded) for _ in range(5)]
    place.start("web-2", is_ready=False)
    until(lambda: len(forwarded.err) > 1, "the next to be told")
    assert forwarded.err[1] == (
        "svc/web: pod web-2 is not ready; new connections wait for a ready pod"
    )
    place.become("web-2", ready=True)
    assert [body(each) for each in connections] == ["web-2"] * 5
    assert forwarded.err[2:] == ["svc/web: new connections go to web-2"]


def test_they_do_not_wait_for_ever(place, portico):
    place.start("web-1")
    place.serve()
    process = portico("svc/web", ":80", "--connect-timeout=300ms").until_listening()
    place.remove("web-1")
    until(lambda: process.err, "it to be told")
    with waiting(process) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    until(lambda: len(process.err) > 1, "the reason")
    assert process.err[1].endswith(": there is no pod")
    place.start("web-2")
    assert answer(process) == "web-2"


def test_a_pod_of_a_stateful_set_comes_again(place, portico):
    place.start("db-0")
    process = portico("pod/db-0", f":{HTTP}").until_listening()
    place.remove("db-0")
    until_waiting(process)
    connection = waiting(process)
    place.start("db-0")
    assert body(connection) == "db-0"


def test_a_pod_of_a_deployment_does_not(place, portico):
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d", "uid": "1",
             "controller": True}  # fmt: skip
    place.start("web-5d-x", ownerReferences=[owner])
    process = portico("web-5d-x", f":{HTTP}").until_listening()
    place.remove("web-5d-x")
    until(lambda: len(process.err) > 1, "it to be told")
    assert process.err == [
        "pod/web-5d-x: its ReplicaSet web-5d gives the next one another name; name what makes the "
        "pods, as deploy/NAME",
        "pod/web-5d-x: there is no pod; new connections wait for a ready pod",
    ]


def test_a_server_that_is_in_trouble_at_the_start(place, portico):
    place.start("web-1")
    place.serve()
    place.server.fail(503, 3, verb="watch", resource="pods")
    process = portico("svc/web", ":80").until_listening()
    assert answer(process) == "web-1"
    assert "svc/web: the cluster cannot be followed: " in process.err[0]


def test_a_pod_that_is_not_ready_any_more(place, forwarded):
    place.start("web-2", is_ready=False)
    place.become("web-1", ready=False)
    until_waiting(forwarded)
    connection = waiting(forwarded)
    place.become("web-2", ready=True)
    assert body(connection) == "web-2"


def test_a_pod_that_is_evicted(place, forwarded):
    place.start("web-2")
    found = place.server.get("pods", "default", "web-1")
    place.server.put({**found, "status": {"phase": "Failed", "reason": "Evicted"}})
    until_told(forwarded, "web-2")
    assert answer(forwarded) == "web-2"


def test_sessions_that_outlive_their_pod(place, forwarded):
    place.server.terms.ends_sessions = False
    place.start("web-2")
    place.remove("web-1")
    until_told(forwarded, "web-2")
    assert answer(forwarded) == "web-2"


def test_the_api_server_comes_back(place, forwarded):
    place.server.stop()
    until_waiting(forwarded)
    connection = waiting(forwarded)
    place.server.start()
    assert body(connection) == "web-1"


def test_a_pod_that_went_while_the_api_server_was_away(place, forwarded):
    saved = place.server.save()
    place.server.stop()
    until_waiting(forwarded)
    place.server.do(lambda cluster: cluster.load(saved))
    place.server.do(lambda cluster: cluster.remove("pods", "default", "web-1"))
    connection = waiting(forwarded)
    place.server.start()
    place.start("web-2")
    assert body(connection) == "web-2"


def test_a_balancer_that_forgets_idle_connections(place, portico):
    place.server.terms.idle_cut = 0.5
    place.start("web-1")
    process = portico("web-1", f":{HTTP}").until_listening()
    for _ in range(4):
        seen = len(place.server.on_nodes(lambda nodes: nodes.seen))
        until(
            lambda: len(place.server.on_nodes(lambda nodes: nodes.seen)) > seen,  # noqa: B023
            "another session",
        )
        assert answer(process) == "web-1"


def test_watches_that_end_or_expire(place, forwarded):
    place.server.expire_watches()
    place.start("web-2")
    place.remove("web-1")
    until_told(forwarded, "web-2")
    assert answer(forwarded) == "web-2"
    place.server.cut_watches()
    place.start("web-3")
    place.remove("web-2")
    until_told(forwarded, "web-3")
    assert answer(forwarded) == "web-3"


def test_a_token_that_is_renewed(place, portico, tmp_path):
    """By what it is read from, as a plugin or a mounted file does."""
    place.start("web-1")
    place.serve()
    text = place.kubeconfig.read_text()
    token = tmp_path / "token"
    token.write_text(TOKEN)
    place.kubeconfig.write_text(text.replace(f"token: {TOKEN}", f"tokenFile: {token}"))
    process = portico("svc/web", ":80").until_listening()
    del place.server.access.user_by_token[TOKEN]
    place.server.access.user_by_token["another"] = "admin"
    token.write_text("another")
    place.server.restart()
    place.start("web-2")
    place.remove("web-1")
    until_told(process, "web-2")
    assert answer(process) == "web-2"


def test_a_laptop_that_slept(place, forwarded):
    """The process stands still, and meanwhile all its connections are gone."""
    os.kill(forwarded.pid, signal.SIGSTOP)
    place.server.restart()
    place.start("web-2")
    place.remove("web-1")
    os.kill(forwarded.pid, signal.SIGCONT)
    until_told(forwarded, "web-2")
    assert answer(forwarded) == "web-2"


def test_a_permission_that_is_taken_away(place, forwarded):
    reads = Rule(["get", "list", "watch"], ["", "discovery.k8s.io"],
                 ["pods", "services", "endpointslices"])  # fmt: skip
    place.server.access.rules["admin"] = [reads]
    place.server.restart()
    until(lambda: any("forbidden" in line for line in forwarded.err), "it to be told")
    (told,) = [line for line in forwarded.err if "kubectl auth can-i" in line]
    assert 'cannot create resource "pods/portforward"' in told
    assert told.endswith("kubectl auth can-i create pods --subresource=portforward -n default")
    before = time.monotonic()
    with waiting(forwarded) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    assert time.monotonic() - before < 8, "nobody waits for a permission"
    del place.server.access.rules["admin"]
    assert answer(forwarded) == "web-1"


def test_a_service_that_gets_other_labels(place, forwarded):
    place.start("other-1", app="other")
    place.serve("web", *_PORTS, app="other")
    until_told(forwarded, "other-1")
    assert answer(forwarded) == "other-1"


def test_a_rollout_with_a_client_that_keeps_asking(place, forwarded):
    """Pods leave as a Deployment has them leave: no request fails."""
    names = [f"web-{number}" for number in range(1, 8)]
    answers = []
    for old, new in itertools.pairwise(names):
        place.start(new, is_ready=False)
        answers += [answer(forwarded) for _ in range(5)]
        place.become(new, ready=True)
        answers += [answer(forwarded) for _ in range(5)]
        place.leave(old)
        answers += [answer(forwarded) for _ in range(5)]
        until(lambda new=new: asked(forwarded.local[HTTP]) == new, "the next pod")
        place.remove(old)
        answers += [answer(forwarded) for _ in range(5)]
    assert set(answers) == set(names)
    assert forwarded.code is None


def test_a_client_that_leaves_while_it_waits(place, forwarded):
    place.remove("web-1")
    until_waiting(forwarded)
    with connected(forwarded.local[HTTP]):
        pass
    connection = waiting(forwarded)
    place.start("web-2")
    assert body(connection) == "web-2"
