"""Who gets which connection in the long run, and what a change of endpoints changes for whom."""

import json
from collections import Counter

import pytest

from cases.network import HOSTS, MACHINE
from live.until import until
from packets.stage import PODS
from portico.compiler.compiler import compile_all
from portico.plan.plan import Diff
from portico.plan.transport import Family, Transport
from portico.settings import Pick, Room, Settings
from support.manifests import documents, store_of
from support.netns import How, reach

ADDRESSES = {Family.IPV4: "10.96.0.10", Family.IPV6: "2001:db8:96::10"}
CLIENTS = {Family.IPV4: "172.16.0.{}", Family.IPV6: "2001:db8:5::{:x}"}
MANY = range(1, 121)
"""Clients."""

FAMILIES = pytest.mark.parametrize("family", list(Family))


class Shop:
    """One Service in both families; every address of two networks is a client outside."""

    def __init__(self, stage, *, pick=Pick.RANDOM, **spec):
        self.stage, self.pick, self.spec = stage, pick, spec
        client, machine = stage.hosts["outside"], stage.machine
        client.ip("route replace local 172.16.0.0/24 dev lo")
        client.sysctl({"net.ipv6.ip_nonlocal_bind": 1})
        client.ip("route replace local 2001:db8:5::/64 dev lo")
        machine.ip("route replace 172.16.0.0/24 via 192.0.2.10")
        machine.ip("route replace 2001:db8:5::/64 via 2001:db8:1::10")
        for pod in stage.pods.values():
            for transport in (Transport.TCP, Transport.UDP):
                stage.echo.listen(pod, transport, 8080)

    def on(self, *pods):
        """These are its endpoints from now on."""
        found = [service(self.spec), *(endpoints(family, pods) for family in Family)]
        store = store_of(documents("\n---\n".join(map(json.dumps, found)), {}))
        store.put(MACHINE)
        settings = Settings(rooms=frozenset({Room.L4}), pick=self.pick)
        self.plan = compile_all(store, settings)
        self.stage.converge(self.plan)

    def looks_after(self):
        """As the daemon does all the time, be there anything new or not."""
        self.stage.converge(self.plan, Diff({}, set()))

    def reached(self, family, number, kind="tcp"):
        """The pod that a client gets."""
        how = How(source=CLIENTS[family].format(number))
        told = reach(self.stage.hosts["outside"], kind, ADDRESSES[family], 80, how)
        assert told.end == "answered", told
        return pod_of(told.name)

    def by_client(self, family):
        found = self.stage.askers.map(lambda number: self.reached(family, number), MANY)
        return dict(zip(MANY, found, strict=True))


@FAMILIES
def test_chance_is_fair(stage, family):
    shop = Shop(stage)
    shop.on(*PODS)
    found = Counter(stage.askers.map(lambda _: shop.reached(family, 1), range(800)))
    # Five standard deviations around 200: once in a million runs one of them is further off.
    assert found.keys() == PODS.keys()
    assert all(abs(count - 200) <= 61 for count in found.values()), found


@FAMILIES
def test_a_source_hash_moves_only_whom_it_must(stage, family):
    shop = Shop(stage, pick=Pick.SOURCE_HASH)
    shop.on(*PODS)
    before = shop.by_client(family)
    assert shop.by_client(family) == before
    assert min(Counter(before.values()).values()) >= 10, Counter(before.values())
    shop.on("pod-a", "pod-b", "pod-d")
    after = shop.by_client(family)
    assert "pod-c" not in after.values()
    assert moved(before, after) == {number for number, pod in before.items() if pod == "pod-c"}
    shop.on(*PODS)
    assert shop.by_client(family) == before


@FAMILIES
def test_affinity_survives_what_does_not_concern_the_client(stage, family):
    shop = Shop(stage, sessionAffinity="ClientIP")
    shop.on("pod-a", "pod-b", "pod-c")
    before = shop.by_client(family)
    assert set(before.values()) == {"pod-a", "pod-b", "pod-c"}
    shop.on("pod-b", "pod-c", "pod-d")
    after = shop.by_client(family)
    assert moved(before, after) == {number for number, pod in before.items() if pod == "pod-a"}
    assert shop.by_client(family) == after


@FAMILIES
def test_connections_to_an_endpoint_that_leaves(stage, family):
    """TCP finishes where it is; a UDP flow, which knows no end, goes to somebody else."""
    shop = Shop(stage)
    shop.on("pod-a")
    address = (ADDRESSES[family], 80)
    with open_socket(stage, family, Transport.TCP) as tcp:
        tcp.connect(address)
        assert name_in(tcp.recv(4096)) == "pod-a"
        with open_socket(stage, family, Transport.UDP) as udp:
            udp.connect(address)
            assert asked(udp) == "pod-a"
            shop.on("pod-b")
            until(lambda: shop.looks_after() or asked(udp) == "pod-b", "the flow to move")
        tcp.sendall(b"still there?\n")
        assert tcp.recv(4096) == b"still there?\n"


def open_socket(stage, family, transport):
    from examples.netns.reach import client_socket

    return client_socket(stage.hosts["outside"], transport, ADDRESSES[family])


def asked(udp):
    udp.send(b"who?\n")
    return name_in(udp.recv(4096))


def name_in(greeting):
    return pod_of(json.loads(greeting.partition(b"\n")[0])["name"])


def pod_of(name):
    return next(pod for pod, space in PODS.items() if space == name)


def moved(before, after):
    return {number for number, pod in before.items() if after[number] != pod}


def service(spec):
    ports = [
        {"name": kind, "port": 80, "targetPort": 8080, "protocol": kind.upper()}
        for kind in ("tcp", "udp")
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"clusterIPs": list(ADDRESSES.values()), "ports": ports, **spec},
    }


def endpoints(family, pods):
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": f"web-{family}", "labels": {"kubernetes.io/service-name": "web"}},
        "addressType": {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}[family],
        "ports": [
            {"name": kind, "port": 8080, "protocol": kind.upper()} for kind in ("tcp", "udp")
        ],
        "endpoints": [{"addresses": [HOSTS[pod][family]]} for pod in pods],
    }
