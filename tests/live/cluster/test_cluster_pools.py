"""Addresses of pools in a cluster: written by one replica, and by the next one just the same."""

import os

import pytest

from live.cluster_status.objects import service
from live.program import Program
from live.until import until
from support.api_server import running_api_server
from support.custom_kinds import definitions

TOKEN = "of-the-daemon"
HOME = "metallb-system"
MARK = "metallb.io/ip-allocated-from-pool"


@pytest.fixture
def server():
    with running_api_server(tls=True, bookmark_every=1.0) as made:
        made.access.user_by_token[TOKEN] = "admin"
        made.put(*definitions())
        for name in (HOME, "shop", "portico"):
            made.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        yield made


@pytest.fixture
def replicas(server, root):
    """Two of them, not started yet."""
    made = []
    for name in ("one", "two"):
        (root / name).mkdir()
        program = Program(root / name)
        kubeconfig = server.kubeconfig(root / name, TOKEN)
        program.origin = ("--cluster", "--kubeconfig", str(kubeconfig))
        program.defaults = (
            "--only=l4", "--only=lb", f"--node-name={name}", "--no-update-status",
            # Whoever is no pod writes only if it is told what.
            "--publish-status-address=192.0.2.7",
        )  # fmt: skip
        if os.geteuid() == 0:
            # The kernel of this machine is not for tests.
            kept = "-net_admin,-net_raw"
            program.prefix = ("setpriv", f"--bounding-set={kept}", f"--inh-caps={kept}")
        made.append(program)
    try:
        yield made
    finally:
        for program in made:
            program.close()


def pool(*ranges, name="edge", **spec):
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": name, "namespace": HOME},
        "spec": {"addresses": list(ranges), **spec},
    }


def balancer(name, *, notes=None, **spec):
    made = service(name, **{"type": "LoadBalancer", "clusterIP": "", **spec})
    made["metadata"] |= {"namespace": "shop", "annotations": notes or {}}
    return made


def shown(server, name):
    """The addresses that a Service shows."""
    status = server.get("services", "shop", name).get("status", {})
    return [each["ip"] for each in status.get("loadBalancer", {}).get("ingress") or ()]


def mark(server, name):
    return server.get("services", "shop", name)["metadata"].get("annotations", {}).get(MARK)


def until_shown(server, **wanted):
    wanted = {name: [found] if found else [] for name, found in wanted.items()}
    until(lambda: {name: shown(server, name) for name in wanted} == wanted, f"{wanted}")


def events(server, name):
    found = server.all("events.events.k8s.io")
    return {each["reason"] for each in found if each["regarding"]["name"] == name}


def usage(server, name="edge"):
    return server.get("ipaddresspools.metallb.io", HOME, name).get("status", {})


def test_addresses_are_written_and_taken_back(server, replicas):
    """ALLOC-01, 02, 09, L2-10, OE-IPAM-02: the record is the status, and the mark goes with it."""
    portico, _ = replicas
    server.put(pool("192.0.2.1-192.0.2.2"), balancer("a"), balancer("b"))
    launch(portico)
    until_shown(server, a="192.0.2.1", b="192.0.2.2")
    assert (mark(server, "a"), mark(server, "b")) == ("edge", "edge")
    server.put(balancer("c"))
    until(lambda: "AllocationFailed" in events(server, "c"), "the owner to be told")
    assert shown(server, "c") == []
    assert "IPAllocated" in events(server, "a")
    until(lambda: usage(server).get("assignedIPv4") == 2, "the pool to tell its use")
    assert usage(server) == {
        "assignedIPv4": 2, "assignedIPv6": 0, "availableIPv4": 0, "availableIPv6": 0,
    }  # fmt: skip
    changed = server.get("services", "shop", "a")
    changed["spec"]["type"] = "ClusterIP"
    server.put(changed)
    until_shown(server, a="", b="192.0.2.2", c="192.0.2.1")
    assert mark(server, "a") is None
    server.remove("ipaddresspools.metallb.io", HOME, "edge")
    until_shown(server, b="", c="")
    until(lambda: "ClearAssignment" in events(server, "b"), "the owner to be told")


def test_who_leads_next_moves_nobody(server, replicas):
    """ALLOC-03: of two replicas one writes; with two who wait, holders keep theirs."""
    one, two = replicas
    server.put(pool("192.0.2.1/32", "192.0.2.77/32"), balancer("c"), balancer("d"))
    launch(one)
    until_shown(server, c="192.0.2.1", d="192.0.2.77")
    launch(two)
    server.put(balancer("a"), balancer("b"))
    until(lambda: "AllocationFailed" in events(server, "a"), "the owner to be told")
    assert one.stop() == 0
    until(lambda: two.status()["writing"][0]["leads"], "the other one to lead")
    until_shown(server, a="", b="", c="192.0.2.1", d="192.0.2.77")
    server.remove("services", "shop", "d")
    until_shown(server, c="192.0.2.1", a="192.0.2.77")


def test_the_state_of_the_configuration(server, replicas):
    """CFG-01, 03: of the pools and of each node."""
    portico, _ = replicas
    server.put(pool("192.0.2.0/28"), peer(bfdProfile="quick"))
    launch(portico)
    until(lambda: results(server) == {"controller": "Valid", "speaker-one": "Invalid"}, "states")
    server.put(profile("quick"), pool("192.0.2.0/28", "here", name="edge"))
    until(lambda: results(server) == {"controller": "Invalid", "speaker-one": "Valid"}, "states")
    assert portico.stop() == 0
    assert results(server)["speaker-one"] == "Unknown"


def results(server):
    found = server.all("configurationstates.metallb.io")
    return {each["metadata"]["name"]: each.get("status", {}).get("result") for each in found}


def peer(**spec):
    return {
        "apiVersion": "metallb.io/v1beta2",
        "kind": "BGPPeer",
        "metadata": {"name": "router", "namespace": HOME},
        "spec": {"myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.9", **spec},
    }


def profile(name):
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "BFDProfile",
        "metadata": {"name": name, "namespace": HOME},
        "spec": {},
    }


def launch(program):
    """Engines cannot work here, so readiness is not to be waited for."""
    program.launch()
    until(lambda: is_up(program), "the first plan")


def is_up(program):
    try:
        return all(source["synced"] for source in program.status()["sources"])
    except OSError:
        assert program.is_running, program.logged()
        return False
