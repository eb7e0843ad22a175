"""Everything that ends kubectl, with a client that keeps asking: the listener stays.

Only connections to the pod that died fail, and the next ones are answered by the next pod.
"""

import os
import signal
import time

import pytest
import yaml

from live.forward.asking import asking
from live.forward.conftest import TOKEN
from live.until import until
from support.kubelet.apps import HTTP, ORDERS
from support.kubelet.workloads import deleting, pod, ready, unknown, workload
from support.orders import all_of, asked, exactly, ordered

SOON = 10.0
"""Seconds; bench/ measures how long it takes, and says what is asked of it."""


class Roll:
    """The pods of one Deployment, and what becomes of them."""

    def __init__(self, server, apps):
        self.server = server
        self._apps = apps
        server.put(workload("Deployment", "shop"))

    def start(self, name, *, node="node-a", is_ready=True, phase="Running"):
        document = pod(name, app="shop", node=node, is_ready=is_ready, phase=phase,
                       ports={"http": HTTP, "orders": ORDERS})  # fmt: skip
        self.server.run(document, self._apps.start(name))

    def ready(self, name):
        self.server.put(ready(self.server.get("pods", "default", name), "2026-03-01T00:00:00Z"))

    def leave(self, name):
        """It has been deleted, and has some seconds left."""
        self.server.put(deleting(self.server.get("pods", "default", name), "2026-03-01T00:00:00Z"))

    def remove(self, name):
        self.server.remove("pods", "default", name)
        self._apps.stop(name)

    def evict(self, name):
        document = self.server.get("pods", "default", name)
        self.server.put({**document, "status": {"phase": "Failed", "reason": "Evicted"}})
        self._apps.stop(name)

    def lose(self, node, *names):
        """The machine is gone; after a while the API is told that nothing is known of its pods."""
        self.server.on_nodes(lambda nodes: nodes.lose(node))
        for name in names:
            self.server.put(unknown(self.server.get("pods", "default", name)))


@pytest.fixture
def roll(server, apps):
    found = Roll(server, apps)
    found.start("shop-1")
    return found


@pytest.fixture
def forwarded(roll, portico):
    return portico("deploy/shop", f":{HTTP}", f":{ORDERS}").until_listening(lines=4)


@pytest.fixture
def client(forwarded):
    with asking(forwarded.local[HTTP]) as found:
        found.until_answered_by("shop-1")
        yield found


def stays(forwarded, client, *, failures=1):
    """The listener does, and no more connections fail than can have been open."""
    assert forwarded.code is None, forwarded.err
    assert len(client.failures) <= failures, client.failures
    assert not any("Refused" in each.error for each in client.failures)


def test_a_pod_is_deleted_and_the_next_is_ready(roll, forwarded, client):
    roll.start("shop-2")
    roll.remove("shop-1")
    gone = time.monotonic()
    assert client.until_answered_by("shop-2").ended - gone < SOON
    client.until_more()
    stays(forwarded, client)


def test_a_pod_is_deleted_and_the_next_comes_later(roll, forwarded, client):
    """Who connects meanwhile waits, and is not refused."""
    before = len(client.answers)
    roll.remove("shop-1")
    until(lambda: "wait" in "\n".join(forwarded.err), "it to be told")
    roll.start("shop-2", phase="Pending", is_ready=False)
    roll.start("shop-2", is_ready=False)
    assert all(each.error for each in client.answers[before:] if each.pod != "shop-1")
    roll.ready("shop-2")
    ready = time.monotonic()
    assert client.until_answered_by("shop-2").ended - ready < SOON
    client.until_more()
    stays(forwarded, client)


def test_a_deployment_is_rolled(roll, forwarded, client):
    """Nothing at all fails: the old pod goes on while it leaves."""
    roll.start("shop-2", is_ready=False)
    roll.ready("shop-2")
    roll.leave("shop-1")
    client.until_answered_by("shop-2")
    roll.remove("shop-1")
    client.until_more()
    stays(forwarded, client, failures=0)
    pods = [each.pod for each in client.answers]
    assert pods.index("shop-2") > len(pods) - 1 - pods[::-1].index("shop-1"), (
        "there was no way back"
    )


def test_a_connection_goes_on_while_its_pod_leaves(roll, forwarded):
    with ordered(forwarded.local[ORDERS], "echo") as connection:
        connection.sendall(b"before")
        assert exactly(connection, 6) == b"before"
        roll.start("shop-2")
        roll.leave("shop-1")
        until(lambda: asked(forwarded.local[HTTP]) == "shop-2", "new ones to go to the next pod")
        connection.sendall(b"after")
        assert exactly(connection, 5) == b"after"
        roll.remove("shop-1")
        assert ended(connection)


def test_only_connections_to_the_pod_that_died_end(roll, forwarded):
    port = forwarded.local[ORDERS]
    with ordered(port, "wait") as old:
        assert exactly(old, 8) == b"waiting\n"
        roll.start("shop-2")
        roll.leave("shop-1")
        until(lambda: asked(forwarded.local[HTTP]) == "shop-2", "new ones to go to the next pod")
        with ordered(port, "echo") as new:
            new.sendall(b"a")
            assert exactly(new, 1) == b"a"
            roll.remove("shop-1")
            assert ended(old)
            new.sendall(b"b")
            assert exactly(new, 1) == b"b"


def test_a_pod_is_evicted(roll, forwarded, client):
    roll.evict("shop-1")
    roll.start("shop-2", node="node-b")
    client.until_answered_by("shop-2")
    client.until_more()
    stays(forwarded, client)


def test_a_pod_comes_back_with_its_name(roll, forwarded, client):
    """As those of a StatefulSet: another pod all the same."""
    roll.remove("shop-1")
    roll.start("shop-1", node="node-b")
    before = len(client.answers)
    client.until_more()
    assert any(each.pod for each in client.answers[before:])
    client.until_more()
    stays(forwarded, client)


def test_a_session_ends_with_every_further_dial(roll, server, forwarded, client):
    """Containerd keeps the session of a pod that is gone, and says so only when it is asked."""
    server.terms.ends_sessions = False
    roll.start("shop-2")
    roll.remove("shop-1")
    client.until_answered_by("shop-2")
    client.until_more()
    stays(forwarded, client)


def test_a_node_is_gone(roll, forwarded):
    """Nobody says that connections ended. Those that are new know of the next pod."""
    roll.start("shop-2", node="node-b")
    with asking(forwarded.local[HTTP], patience=2.0) as client:
        client.until_answered_by("shop-1")
        roll.lose("node-a", "shop-1")
        client.until_answered_by("shop-2")
        client.until_more(10)
        assert {each.pod for each in client.answers[-5:]} == {"shop-2"}
    stays(forwarded, client)


def test_the_api_server_is_restarted(roll, server, forwarded, client):
    server.restart()
    back, before = time.monotonic(), len(client.answers)
    until(lambda: any(each.pod for each in client.answers[before + 1 :]), "an answer")
    assert client.answers[-1].ended - back < SOON
    client.until_more()
    stays(forwarded, client, failures=2)


def test_the_api_server_is_away_for_a_while(roll, server, forwarded, client):
    """Longer than a try, shorter than the patience of a connection."""
    server.stop()
    until(lambda: forwarded.err, "it to be told")
    server.start()
    before = len(client.answers)
    until(lambda: any(each.pod for each in client.answers[before + 1 :]), "an answer")
    client.until_more()
    stays(forwarded, client, failures=2)


def test_a_laptop_was_asleep(roll, server, forwarded, client):
    """When it wakes up its connections are dead, and so is the pod."""
    os.kill(forwarded.pid, signal.SIGSTOP)
    roll.start("shop-2")
    roll.remove("shop-1")
    server.cut_watches()
    server.on_nodes(lambda nodes: nodes.each(lambda wire: wire.cut()))
    os.kill(forwarded.pid, signal.SIGCONT)
    client.until_answered_by("shop-2")
    client.until_more()
    stays(forwarded, client)


def test_connections_are_forgotten_on_the_way(roll, server, forwarded):
    """By a balancer, while nobody uses them."""
    for _ in range(3):
        assert asked(forwarded.local[HTTP]) == "shop-1"
        server.on_nodes(lambda nodes: nodes.seen.clear())
        assert server.on_nodes(lambda nodes: nodes.each(lambda wire: wire.cut()))
        server.cut_watches()
        until(lambda: server.on_nodes(lambda nodes: list(nodes.seen)), "new sessions")
    assert forwarded.code is None


def test_a_token_has_ended(roll, server, programs, started, tmp_path):
    """The file has the next one, as files of service accounts do."""
    file = tmp_path / "token"
    file.write_text(TOKEN)
    config = tmp_path / "kubeconfig"
    told = yaml.safe_load(config.read_text())
    told["users"][0]["user"] = {"tokenFile": str(file)}
    config.write_text(yaml.safe_dump(told))
    process = started(programs.portico(["deploy/shop", f":{HTTP}"])).until_listening()
    with asking(process.local[HTTP]) as client:
        client.until_answered_by("shop-1")
        del server.access.user_by_token[TOKEN]
        server.access.user_by_token["the-next"] = "admin"
        server.cut_watches()
        server.on_nodes(lambda nodes: nodes.each(lambda wire: wire.cut()))
        file.write_text("the-next")
        roll.start("shop-2")
        roll.remove("shop-1")
        client.until_answered_by("shop-2")
        client.until_more()
        stays(process, client)


def test_an_application_restarts_in_its_pod(roll, apps, server, forwarded):
    """While it is away its connections are refused, each for itself."""
    apps.stop("shop-1")
    for _ in range(3):
        with pytest.raises(ConnectionError):
            asked(forwarded.local[HTTP])
    server.on_nodes(lambda nodes: nodes.run("default", "shop-1", apps.start("shop-1")))
    assert asked(forwarded.local[HTTP]) == "shop-1"
    assert forwarded.code is None


def ended(connection):
    """Whichever way."""
    try:
        return all_of(connection) == b""
    except ConnectionResetError:
        return True
