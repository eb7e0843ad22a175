"""The units of layer 4 as plain values."""

import json
from ipaddress import ip_network

from portico.model.ref import Ref
from portico.plan.backend import Endpoint, LeftOut
from portico.plan.document import plan_document, unit_document
from portico.plan.frontend import (
    Forwarding,
    Frontend,
    Masquerade,
    NodePort,
    PortRequest,
    frontend_key,
    node_port_key,
    port_request_key,
)
from portico.plan.health_port import HealthPort, health_port_key
from portico.plan.key import Key, Origin
from portico.plan.machine import THIS, Machine
from portico.plan.pool import Pool, PoolName, Scope, Void, pool_key
from portico.plan.probe import Probe, probe_key
from portico.plan.transport import Family, Transport
from portico.plan.verdict import Because, Refusal
from portico.settings import Entry, Pick

WEB = Ref("Service", "shop", "web")
ORIGIN = Origin(WEB, "spec.ports[0]")
FROM = {"object": "Service shop/web", "field": "spec.ports[0]"}


def pool_of(scope: Scope) -> Key:
    return pool_key(PoolName("shop", "web", 80, Transport.TCP, Family.IPV4, scope))


OPEN = Forwarding(Family.IPV4, pool_of(Scope.CLUSTER), Masquerade.ALWAYS)
TOLD = {"family": "ipv4", "pool": "shop/web/80/tcp/ipv4/cluster", "masquerade": "always"}


def frontend(forwarding: Forwarding | None, *refused: Refusal) -> Frontend:
    key = frontend_key(Transport.TCP, "192.0.2.1", 80)
    return Frontend(
        key, Entry.LOAD_BALANCER, "192.0.2.1", 80, Transport.TCP, WEB, 80, forwarding, ORIGIN,
        refused,
    )  # fmt: skip


def test_a_machine() -> None:
    unit = Machine(THIS, ("192.0.2.1", "::1"), ("192.0.2.1",), (), (ip_network("10.0.0.0/8"),))
    assert unit_document(unit) == {
        "name": "this",
        "addresses": ["192.0.2.1", "::1"],
        "nodePortAddresses": ["192.0.2.1"],
        "pods": ["10.0.0.0/8"],
    }


def test_a_frontend() -> None:
    assert unit_document(frontend(OPEN)) == {
        "name": "tcp/192.0.2.1/80",
        "service": "Service shop/web",
        "servicePort": 80,
        "from": FROM,
        "entry": "load-balancer",
        "forwarding": TOLD,
    }


def test_a_refused_frontend() -> None:
    told = unit_document(frontend(None, Refusal(ORIGIN, Because.PATH_TAKEN, "x")))
    assert "forwarding" not in told
    [refused] = told["refused"]
    assert refused["because"] == "PathTaken"


def test_a_forwarding_that_tells_clients_apart() -> None:
    inside = pool_of(Scope.LOCAL)
    sources = (ip_network("192.0.2.0/24"),)
    narrow = Forwarding(OPEN.family, OPEN.pool, OPEN.masquerade, inside, sources)
    assert unit_document(frontend(narrow))["forwarding"] == {
        **TOLD,
        "inside": "shop/web/80/tcp/ipv4/local",
        "sources": ["192.0.2.0/24"],
    }
    nobody = Forwarding(OPEN.family, OPEN.pool, OPEN.masquerade, sources=())
    assert unit_document(frontend(nobody))["forwarding"] == {**TOLD, "sources": []}


def test_a_node_port() -> None:
    key = node_port_key(Transport.UDP, 30053)
    unit = NodePort(key, 30053, Transport.UDP, WEB, 53, (OPEN,), ORIGIN, leased=True)
    assert unit_document(unit) == {
        "name": "udp/30053",
        "service": "Service shop/web",
        "servicePort": 53,
        "from": FROM,
        "leased": True,
        "forwardings": [TOLD],
    }


def test_a_port_request() -> None:
    key = port_request_key(WEB, 80, Transport.TCP)
    assert unit_document(PortRequest(key, WEB, 80, Transport.TCP, ORIGIN)) == {
        "name": "shop/web/80/tcp",
        "service": "Service shop/web",
        "servicePort": 80,
        "from": FROM,
    }


def test_a_pool() -> None:
    unit = Pool(
        pool_of(Scope.LOCAL), WEB, 80, Transport.TCP, Family.IPV4, Scope.LOCAL,
        (Endpoint("10.0.0.1", 8080, ORIGIN),), Pick.SOURCE_HASH, 600, Void.DROP, 2,
        (LeftOut("10.0.0.2", ORIGIN, "not ready"),), is_assumed=True,
    )  # fmt: skip
    assert unit_document(unit) == {
        "name": "shop/web/80/tcp/ipv4/local",
        "service": "Service shop/web",
        "port": 80,
        "scope": "local",
        "pick": "source-hash",
        "affinitySeconds": 600,
        "proxyProtocol": 2,
        "whileEmpty": "drop",
        "familyIsAssumed": True,
        "endpoints": [{"address": "10.0.0.1", "port": 8080, "from": FROM}],
        "leftOut": [{"who": "10.0.0.2", "reason": "not ready", "from": FROM}],
    }


def test_a_plain_pool_says_nothing_of_affinity_and_proxies() -> None:
    unit = Pool(pool_of(Scope.LOCAL), WEB, 80, Transport.TCP, Family.IPV4, Scope.LOCAL)
    assert not {"affinitySeconds", "proxyProtocol", "familyIsAssumed", "endpoints"} & set(
        unit_document(unit)
    )


def test_a_probe() -> None:
    node = Ref("Node", "", "node-a")
    unit = Probe(
        probe_key("node-a", 10256), node, "10.0.0.1", 10256, "/healthz", connect_ports=(1,)
    )
    assert unit_document(unit) == {
        "name": "node-a/10256",
        "node": "Node node-a",
        "address": "10.0.0.1",
        "port": 10256,
        "path": "/healthz",
        "interval": 0.5,
        "timeout": 0.5,
        "healthyAfter": 1,
        "unhealthyAfter": 2,
        "connectPorts": [1],
    }


def test_a_health_port() -> None:
    assert unit_document(HealthPort(health_port_key(32222), 32222, WEB, 0, ORIGIN)) == {
        "name": "32222",
        "service": "Service shop/web",
        "localEndpoints": 0,
        "from": FROM,
    }


def test_each_kind_stands_by_itself() -> None:
    machine = Machine(THIS)
    told = plan_document({THIS: machine, frontend(OPEN).key: frontend(OPEN)})
    assert list(told) == ["frontends", "machines"]
    assert json.loads(json.dumps(told)) == told
