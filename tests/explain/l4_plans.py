"""Plans of layer 4 built by hand, for tests that need no compiler."""

from ipaddress import ip_network

from portico.model.ref import Ref
from portico.plan.backend import Endpoint, LeftOut
from portico.plan.frontend import (
    Forwarding,
    Frontend,
    Masquerade,
    NodePort,
    frontend_key,
    node_port_key,
)
from portico.plan.health_port import HealthPort, health_port_key
from portico.plan.key import Origin
from portico.plan.machine import THIS, Machine
from portico.plan.pool import OF_NODES, Pool, PoolName, Scope, pool_key
from portico.plan.transport import Transport, family_of
from portico.plan.verdict import Because, Refusal
from portico.settings import Entry

WEB = Ref("Service", "shop", "web")
SLICE = Origin(Ref("EndpointSlice", "shop", "web-1"), "endpoints[0]")
OTHER = Origin(Ref("EndpointSlice", "shop", "web-1"), "endpoints[1]")
NODE = Origin(Ref("Node", "", "node-a"), "status.addresses[0].address")
LATE = Origin(Ref("Service", "shop", "late"), "spec")
LOST = Refusal(LATE, Because.PATH_TAKEN, "Service shop/web")

HERE = Machine(
    THIS,
    addresses=("192.0.2.1", "10.2.0.1", "2001:db8::1"),
    node_port_addresses=("192.0.2.1", "2001:db8::1"),
    pods=(ip_network("10.2.0.0/24"),),
)


def pool(scope, *places, family="10.", transport="tcp", proxy=0, **more):
    """`shop/web` port 80 with endpoints at these places."""
    name = PoolName("shop", "web", 80, Transport(transport), family_of(family), scope, proxy)
    origin = NODE if scope in OF_NODES else SLICE
    endpoints = tuple(Endpoint(address, port, origin) for address, port in places)
    return Pool(
        pool_key(name), WEB, 80, Transport(transport), family_of(family), scope, endpoints,
        proxy_protocol=proxy, **more,
    )  # fmt: skip


def to(found, masquerade=Masquerade.NEVER, inside=None, sources=None):
    """Connections go to this pool."""
    ranges = None if sources is None else tuple(map(ip_network, sources))
    return Forwarding(found.family, found.key, masquerade, inside and inside.key, ranges)


def frontend(address, forwarding, entry=Entry.CLUSTER_IP, port=80, transport="tcp", refused=()):
    key = frontend_key(Transport(transport), address, port)
    origin = Origin(WEB, "spec.clusterIPs[0]")
    return Frontend(
        key, entry, address, port, Transport(transport), WEB, 80, forwarding, origin, refused
    )


def node_port(port, *forwardings, transport="tcp", **more):
    key = node_port_key(Transport(transport), port)
    origin = Origin(WEB, "spec.ports[0].nodePort")
    return NodePort(key, port, Transport(transport), WEB, 80, forwardings, origin, **more)


def health_port(port):
    return HealthPort(health_port_key(port), port, WEB, 1, Origin(WEB, "spec.healthCheckNodePort"))


ALL = pool(Scope.CLUSTER, ("10.2.0.11", 8080), ("10.2.0.12", 8080))
LOCAL = pool(Scope.LOCAL, ("10.2.0.11", 8080), left_out=(LeftOut("10.2.0.12", OTHER, "elsewhere"),))
SIX = pool(Scope.CLUSTER, ("fd00::11", 8080), family="::")
