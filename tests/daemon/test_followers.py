"""What sources are told by the plan."""

from ipam.estate import pool
from portico.daemon.followers import AddressRequests, Checks, Names, Requests, Served
from portico.ipam.node_ports import Slot, Tenant
from portico.model.ref import Ref
from portico.plan.backend import Backend
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
from portico.plan.key import BACKEND, POOL, Key, Origin
from portico.plan.listener import HTTP
from portico.plan.listener import Listener as Entrance
from portico.plan.plan import diff
from portico.plan.probe import Probe, probe_key
from portico.plan.transport import Family, Transport
from portico.settings import Entry
from portico.sources.network.listeners import Listener

TCP = Transport.TCP
WEB = Ref("Service", "shop", "web")
NODE = Ref("Node", "", "node-a")
ORIGIN = Origin(WEB, "spec.ports[0]")
SOMEWHERE = Forwarding(Family.IPV4, Key(POOL, "x"), Masquerade.ALWAYS)


class Listeners:
    """Whoever is told something; keeps all of it."""

    def __init__(self) -> None:
        self.told: list = []

    def want(self, wanted) -> None:
        self.told.append(wanted)

    def serve(self, served) -> None:
        self.told.append(dict(served))


class Told:
    """A follower and what it has told, plan after plan."""

    def __init__(self, follower_of) -> None:
        self._heard = Listeners()
        self._follower = follower_of(self._heard)
        self._plan: dict = {}

    def of(self, *units) -> list:
        """What is told when this becomes the plan."""
        before, self._plan = self._plan, {unit.key: unit for unit in units}
        self._heard.told.clear()
        self._follower.follow(self._plan, diff(before, self._plan))
        return list(self._heard.told)


def backend(name: str, resolves: str = "") -> Backend:
    return Backend(Key(BACKEND, name), WEB, "80", resolves=resolves)


def frontend(entry: Entry, forwarding: Forwarding | None = SOMEWHERE) -> Frontend:
    key = frontend_key(TCP, "192.0.2.1", 80)
    return Frontend(key, entry, "192.0.2.1", 80, TCP, WEB, 80, forwarding, ORIGIN)


def node_port(*forwardings: Forwarding) -> NodePort:
    return NodePort(node_port_key(TCP, 30080), 30080, TCP, WEB, 80, forwardings, ORIGIN)


def probe(port: int, address: str = "192.0.2.31") -> Probe:
    return Probe(probe_key("node-a", port), NODE, address, port, "/healthz")


def test_names_are_told_when_they_change():
    names = Told(Names)
    assert names.of(backend("a", "one.test"), backend("b")) == [frozenset({"one.test"})]
    assert names.of(backend("a", "one.test"), backend("b")) == []
    assert names.of(backend("a", "two.test"), backend("c", "one.test")) == [
        frozenset({"one.test", "two.test"})
    ]
    assert names.of() == [frozenset()]


def test_checks_are_told_by_name():
    checks = Told(Checks)
    assert checks.of(probe(10256), node_port()) == [{"node-a/10256": probe(10256)}]
    assert checks.of(probe(10256)) == []
    assert checks.of(probe(10256), probe(32222)) == [
        {"node-a/10256": probe(10256), "node-a/32222": probe(32222)}
    ]
    assert checks.of() == [{}]


def test_a_node_without_an_address_is_not_asked():
    assert Told(Checks).of(probe(10256, address="")) == []


def test_the_first_plan_is_told_even_if_nobody_asks_for_a_port():
    requests = Told(Requests)
    listener = Entrance(HTTP, ("0.0.0.0",), 30080, tls=False, redirect_port=443)
    assert requests.of(listener) == [({}, {Slot(TCP, 30080): None})]
    assert requests.of(listener, backend("a")) == []
    request = PortRequest(port_request_key(WEB, 80, TCP), WEB, 80, TCP, ORIGIN)
    assert requests.of(listener, request) == [
        ({Tenant(WEB, 80, TCP): ORIGIN}, {Slot(TCP, 30080): None})
    ]


def test_listeners_are_known_though_no_hint_tells_of_them():
    heard = Listeners()
    follower = Requests(heard)
    listener = Entrance(HTTP, ("0.0.0.0",), 30080, tls=False, redirect_port=443)
    follower.follow({HTTP: listener}, diff({}, {}))
    assert heard.told == [({}, {Slot(TCP, 30080): None})]


def test_who_asks_for_addresses_is_told_once():
    asked = Told(AddressRequests)
    edge = pool("edge", "192.0.2.0/28")
    assert asked.of(edge) == [((edge,), {}, {})], "that nobody asks is news at first"
    assert asked.of(edge, backend("a")) == []
    assert asked.of() == [((), {}, {})]


def test_what_is_served_on_this_machine_is_told():
    served = Told(Served)
    health = HealthPort(health_port_key(32222), 32222, WEB, 1, ORIGIN)
    (told,) = served.of(frontend(Entry.LOAD_BALANCER), node_port(SOMEWHERE), health)
    assert set(told.values()) == {
        Listener(TCP, 80, "192.0.2.1"),
        Listener(TCP, 30080, ""),
        Listener(TCP, 32222, ""),
    }
    assert served.of() == [{}]


def test_what_is_refused_or_no_address_of_ours_is_not_served_here():
    refused = frontend(Entry.EXTERNAL_IP, None)
    assert Told(Served).of(refused, node_port()) == []
    assert Told(Served).of(frontend(Entry.CLUSTER_IP)) == []
