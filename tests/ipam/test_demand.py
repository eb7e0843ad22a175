"""What the plan says of node ports."""

from portico.ipam.demand import Demands
from portico.ipam.node_ports import Slot, Tenant
from portico.model.ref import Ref
from portico.plan.frontend import (
    Frontend,
    NodePort,
    PortRequest,
    frontend_key,
    node_port_key,
    port_request_key,
)
from portico.plan.health_port import HealthPort, health_port_key
from portico.plan.key import Origin
from portico.plan.listener import HTTP, Listener
from portico.plan.plan import Diff
from portico.plan.transport import Transport
from portico.settings import Entry

TCP, UDP = Transport.TCP, Transport.UDP
WEB = Ref("Service", "shop", "web")
ORIGIN = Origin(WEB, "spec.ports[0]")

REQUEST = PortRequest(port_request_key(WEB, 80, TCP), WEB, 80, TCP, ORIGIN)
NAMED = NodePort(node_port_key(UDP, 30053), 30053, UDP, WEB, 53, (), ORIGIN)
LEASED = NodePort(node_port_key(TCP, 30500), 30500, TCP, WEB, 80, (), ORIGIN, leased=True)
HEALTH = HealthPort(health_port_key(32222), 32222, WEB, 1, ORIGIN)
LISTENER = Listener(HTTP, ("0.0.0.0",), 30080, tls=False, redirect_port=443)


def frontend(entry: Entry, port: int) -> Frontend:
    key = frontend_key(TCP, "192.0.2.1", port)
    return Frontend(key, entry, "192.0.2.1", port, TCP, WEB, 80, None, ORIGIN)


def hint(*changed, removed=()) -> Diff:
    return Diff({unit.key: unit for unit in changed}, {unit.key for unit in removed})


def test_requests_ask():
    demands = Demands()
    assert demands.follow(hint(REQUEST))
    assert demands.now == ({Tenant(WEB, 80, TCP): ORIGIN}, {})
    assert demands.follow(hint(removed=[REQUEST]))
    assert demands.now == ({}, {})


def test_what_is_named_or_used_is_taken_and_what_is_leased_is_not():
    demands = Demands()
    external, cluster = frontend(Entry.EXTERNAL_IP, 30100), frontend(Entry.CLUSTER_IP, 30200)
    demands.follow(hint(NAMED, LEASED, HEALTH, LISTENER, external, cluster))
    assert demands.now.taken == {
        Slot(UDP, 30053): Tenant(WEB, 53, UDP),
        Slot(TCP, 32222): None,
        Slot(TCP, 30080): None,
        Slot(TCP, 30100): None,
    }


def test_a_name_counts_more_than_a_use():
    demands = Demands()
    named = NodePort(node_port_key(TCP, 30100), 30100, TCP, WEB, 80, (), ORIGIN)
    demands.follow(hint(named, frontend(Entry.LOAD_BALANCER, 30100)))
    assert demands.now.taken == {Slot(TCP, 30100): Tenant(WEB, 80, TCP)}


def test_what_says_nothing_of_node_ports_is_no_news():
    demands = Demands()
    demands.follow(hint(REQUEST, NAMED))
    assert not demands.follow(hint(REQUEST, LEASED, frontend(Entry.CLUSTER_IP, 80)))


def test_a_port_named_at_last_is_news():
    demands = Demands()
    demands.follow(hint(LEASED))
    named = NodePort(LEASED.key, 30500, TCP, WEB, 80, (), ORIGIN)
    assert demands.follow(hint(named))
    assert demands.now.taken == {Slot(TCP, 30500): Tenant(WEB, 80, TCP)}
