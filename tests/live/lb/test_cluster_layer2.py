"""In a cluster: who announces a Service is written for its owner, and taken back."""

import json

import pytest

from deploy.pod import rights
from deploy.rendered import kustomized
from live.l4.router import until_reached
from live.lb.town import VIP, Town
from live.lb.town import endpoints as town_endpoints
from live.until import until
from portico.kube.api.resource import Resource
from support.api_server import ApiServer
from support.custom_kinds import definitions
from support.netns import MISSING, Network

HOME = "metallb-system"
TOKEN = "of-the-node"
STATUSES = "servicel2statuses"
BGP_STATUSES = "servicebgpstatuses"
WRITTEN = (
    Resource("metallb.io", "v1beta1", STATUSES, "ServiceL2Status"),
    Resource("metallb.io", "v1beta1", BGP_STATUSES, "ServiceBGPStatus"),
)
"""Kinds that are only written."""


@pytest.fixture
def town(root):
    if MISSING:
        pytest.skip(MISSING)
    with Network() as network:
        made = Town(network, root, nodes="a")
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def node(town):
    return town.nodes["a"]


@pytest.fixture
def server(node, root, monkeypatch):
    """Whoever asks has the rights of the DaemonSet, and is a pod of it."""
    monkeypatch.setenv("POD_NAMESPACE", "portico-node")
    monkeypatch.setenv("POD_NAME", "node-1")
    with node.space.entered():  # its threads, and so its sockets, are there
        made = ApiServer(tls=True, bookmark_every=1.0)
    try:
        made.access.user_by_token[TOKEN] = "node"
        made.access.rules["node"] = rights(kustomized("node"))
        made.put(*definitions(), *definitions(WRITTEN))
        for name in (HOME, "shop", "portico-node"):
            made.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        made.put(node_object([]))
        kubeconfig = made.kubeconfig(root, TOKEN)
        node.origin = ("--cluster", "--kubeconfig", str(kubeconfig))
        node.defaults = (
            *node.defaults, "--no-update-status", f"--metallb-namespace={HOME}",
        )  # fmt: skip
        yield made
    finally:
        made.close()


def test_status_and_events_of_a_service_that_is_announced(server, node, town):
    """L2-02, L2-14: the object names the node that answers; it goes with the Service."""
    server.put(pool(), advertisement(), web(), endpoints())
    node.start()
    until_reached(town.client, VIP, 80, "b1")
    until(lambda: statuses(server), "the status to be written")
    (found,) = server.all(STATUSES)
    assert found["metadata"]["namespace"] == HOME
    assert found["metadata"]["labels"]["metallb.io/node"] == "a"
    assert found["status"] == {
        "node": "a",
        "serviceName": "web",
        "serviceNamespace": "shop",
        "interfaces": [{"name": "eth0"}],
    }
    until(lambda: "nodeAssigned" in events(server), "word of it")
    assert 'node "a" with protocol "layer2"' in events(server)["nodeAssigned"]

    # L2-05: a node without a network does not announce.
    unavailable = [{"type": "NetworkUnavailable", "status": "True"}]
    server.put(node_object(unavailable))
    until(lambda: not server.all(STATUSES), "the status to vanish")
    server.put(node_object([]))
    until(lambda: statuses(server), "the status to come back")

    # An interface that does not exist: nobody announces, and the owner is told.
    server.put(advertisement(interfaces=["eth9"]))
    until(lambda: not server.all(STATUSES), "the status to vanish")
    until(lambda: "announceFailed" in events(server), "word of it")
    assert '"eth9": there is no such interface' in events(server)["announceFailed"]
    server.put(advertisement())
    until(lambda: statuses(server), "the status to come back")

    # Killed, it leaves the object; the next one on this node finds it, and takes it back at last.
    node.kill()
    node.start()
    until(lambda: statuses(server) == {"web"}, "one object")
    assert node.stop() == 0
    assert not server.all(STATUSES)


def test_status_of_a_service_that_routers_are_told_of(server, node):
    """BGP-14: one object with the peers that are meant; it follows them, and vanishes."""

    def peer(name, address, **spec):
        told = {"myASN": 64512, "peerASN": 64513, "peerAddress": address, **spec}
        server.put({**metallb("BGPPeer", told, name), "apiVersion": "metallb.io/v1beta2"})

    def told():
        return [each.get("status", {}).get("peers") for each in server.all(BGP_STATUSES)]

    server.put(
        pool(), metallb("BGPAdvertisement", {"peers": ["rack", "ghost"]}), web(), endpoints()
    )
    peer("rack", "192.0.2.254")
    node.start()
    until(lambda: told() == [["rack"]], "the peer that there is")
    (found,) = server.all(BGP_STATUSES)
    assert (found["status"]["node"], found["status"]["serviceName"]) == ("a", "web")
    until(lambda: 'protocol "bgp"' in events(server).get("nodeAssigned", ""), "word of it")
    server.put(metallb("BGPAdvertisement", {}))
    peer("spine", "192.0.2.253")
    until(lambda: told() == [["rack", "spine"]], "both peers")
    server.put(metallb("BGPAdvertisement", {"nodeSelectors": [{"matchLabels": {"rack": "no"}}]}))
    until(lambda: not server.all(BGP_STATUSES), "the status to vanish")
    server.put(metallb("BGPAdvertisement", {}))
    until(lambda: told() == [["rack", "spine"]], "the status to come back")

    # OpenELB's peers are told how their sessions are, and nobody a password.
    conf = {"neighborAddress": "192.0.2.252", "peerAs": 64513, "authPassword": "s3cret"}
    for kind, name, spec in (
        ("BgpConf", "default", {"as": 50000}),
        ("BgpPeer", "leaf", {"conf": conf}),
    ):
        version = "network.kubesphere.io/v1alpha2"
        server.put({"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec})

    def peer_status():
        (found,) = server.all("bgppeers.network.kubesphere.io")
        return found.get("status", {}).get("nodesPeerStatus")

    until(peer_status, "the status of the peer")
    assert peer_status() == {
        "a": {"peerState": {"neighborAddress": "192.0.2.252", "localAs": 50000, "peerAs": 64513,
                            "sessionState": "ACTIVE"}},
    }  # fmt: skip
    assert node.stop() == 0
    assert not server.all(BGP_STATUSES)
    assert not peer_status()


def node_object(conditions):
    """As the API server has it."""
    meta = {"name": "a"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": meta,
        "status": {"conditions": conditions},
    }


def statuses(server) -> set[str]:
    """The Services that are announced, as their objects have it."""
    return {each.get("status", {}).get("serviceName", "") for each in server.all(STATUSES)} - {""}


def events(server) -> dict[str, str]:
    return {each["reason"]: each["note"] for each in server.all("events")}


def pool():
    meta = {"name": "edge", "namespace": HOME}
    spec = {"addresses": [f"{VIP}/32"]}
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": meta,
        "spec": spec,
    }


def advertisement(**spec):
    return metallb("L2Advertisement", spec)


def metallb(kind, spec, name="edge"):
    meta = {"name": name, "namespace": HOME}
    return {"apiVersion": "metallb.io/v1beta1", "kind": kind, "metadata": meta, "spec": spec}


def web():
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "type": "LoadBalancer",
            "ports": [{"name": "p80", "port": 80, "protocol": "TCP"}],
        },
    }


def endpoints():
    return json.loads(town_endpoints("web", b1="a"))
