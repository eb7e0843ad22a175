"""Plans with frontends and pools, built by hand."""

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
from portico.plan.pool import Pool, PoolName, Scope, pool_key
from portico.plan.transport import Transport, family_of
from portico.settings import Entry, Pick
from support.plans import plan_of

SERVICE = Ref("Service", "shop", "web")
NOBODY = Origin(SERVICE, "")

__all__ = ["frontend", "machine", "node_port", "plan_of", "pool"]


def pool(
    *endpoints: tuple[str, int],
    proxy: int = 2,
    name: str = "web",
    scope: Scope = Scope.CLUSTER,
    pick: Pick = Pick.RANDOM,
    affinity: int = 0,
) -> Pool:
    """Of the family of the first endpoint (IPv4 where there is none)."""
    family = family_of(endpoints[0][0] if endpoints else "0.0.0.0")
    parts = PoolName("shop", name, 80, Transport.TCP, family, scope, proxy)
    return Pool(
        key=pool_key(parts),
        service=SERVICE,
        port=80,
        transport=Transport.TCP,
        family=family,
        scope=scope,
        endpoints=tuple(Endpoint(address, port, NOBODY) for address, port in endpoints),
        pick=pick,
        affinity=affinity,
        proxy_protocol=proxy,
    )


def frontend(
    address: str, served: Pool | None, port: int = 80, inside: Pool | None = None
) -> Frontend:
    return Frontend(
        key=frontend_key(Transport.TCP, address, port),
        entry=Entry.LOAD_BALANCER,
        address=address,
        port=port,
        transport=Transport.TCP,
        service=SERVICE,
        service_port=80,
        forwarding=None if served is None else _to(served, inside),
        origin=NOBODY,
    )


def node_port(port: int, *served: Pool) -> NodePort:
    return NodePort(
        key=node_port_key(Transport.TCP, port),
        port=port,
        transport=Transport.TCP,
        service=SERVICE,
        service_port=80,
        forwardings=tuple(_to(each, None) for each in served),
        origin=NOBODY,
    )


def machine(*addresses: str, pods: str = "") -> Machine:
    networks = (ip_network(pods),) if pods else ()
    return Machine(THIS, addresses=addresses, pods=networks)


def _to(served: Pool, inside: Pool | None) -> Forwarding:
    key: Key | None = None if inside is None else inside.key
    return Forwarding(served.family, served.key, Masquerade.NEVER, inside=key)
