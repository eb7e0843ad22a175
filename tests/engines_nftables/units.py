"""Units of layer 4, built by hand, for tests that need no compiler."""

from collections.abc import Sequence
from ipaddress import ip_network

from portico.model.ref import Ref
from portico.plan.backend import Endpoint
from portico.plan.frontend import (
    Forwarding,
    Frontend,
    Masquerade,
    NodePort,
    frontend_key,
    node_port_key,
)
from portico.plan.key import Key, Origin
from portico.plan.machine import THIS, Machine
from portico.plan.plan import Plan, Unit
from portico.plan.pool import Pool, PoolName, Scope, Void, pool_key
from portico.plan.transport import Family, Transport, family_of
from portico.settings import Entry, Pick

NOBODY = Origin(Ref("Service", "shop", "test"), "")
TCP, UDP, SCTP = Transport.TCP, Transport.UDP, Transport.SCTP


def plan_of(*units: Unit) -> Plan:
    return {unit.key: unit for unit in units}


def endpoints(addresses: Sequence[str], port: int = 8080) -> tuple[Endpoint, ...]:
    return tuple(Endpoint(address, port, NOBODY) for address in addresses)


def key_of(
    name: str,
    transport: Transport = TCP,
    family: Family = Family.IPV4,
    scope: Scope = Scope.CLUSTER,
    port: int = 80,
    proxy: int = 0,
) -> Key:
    return pool_key(PoolName("shop", name, port, transport, family, scope, proxy))


def pool(
    name: str,
    addresses: Sequence[str] = (),
    *,
    transport: Transport = TCP,
    family: Family = Family.IPV4,
    scope: Scope = Scope.CLUSTER,
    port: int = 8080,
    pick: Pick = Pick.RANDOM,
    affinity: int = 0,
    void: Void = Void.REJECT,
    proxy: int = 0,
) -> Pool:
    """`shop/NAME` with endpoints at these addresses, all at one port."""
    return Pool(
        key_of(name, transport, family, scope, proxy=proxy),
        Ref("Service", "shop", name),
        80,
        transport,
        family,
        scope,
        endpoints(addresses, port),
        pick,
        affinity,
        void,
        proxy,
    )


def forwarding(
    to: Key,
    *,
    family: Family = Family.IPV4,
    masquerade: Masquerade = Masquerade.NEVER,
    inside: Key | None = None,
    sources: Sequence[str] | None = None,
) -> Forwarding:
    networks = None if sources is None else tuple(ip_network(source) for source in sources)
    return Forwarding(family, to, masquerade, inside, networks)


def frontend(
    address: str,
    to: Key,
    *,
    port: int = 80,
    transport: Transport = TCP,
    entry: Entry = Entry.LOAD_BALANCER,
    **how,
) -> Frontend:
    return Frontend(
        frontend_key(transport, address, port),
        entry,
        address,
        port,
        transport,
        Ref("Service", "shop", "test"),
        80,
        forwarding(to, family=family_of(address), **how),
        NOBODY,
    )


def node_port(port: int, *forwardings: Forwarding, transport: Transport = TCP) -> NodePort:
    service = Ref("Service", "shop", "test")
    return NodePort(
        node_port_key(transport, port), port, transport, service, 80, forwardings, NOBODY
    )


def machine(
    *addresses: str, nodes: Sequence[str] | None = None, pods: Sequence[str] = ()
) -> Machine:
    return Machine(
        THIS,
        addresses,
        tuple(addresses if nodes is None else nodes),
        (),
        tuple(ip_network(network) for network in pods),
    )
