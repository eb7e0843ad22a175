"""The endpoints or nodes that new layer-4 connections are spread over."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from portico.model.ref import Ref
from portico.plan.backend import Endpoint, LeftOut
from portico.plan.key import POOL, Key
from portico.plan.transport import Family, Transport
from portico.plan.verdict import Refusal
from portico.settings import Pick


class Scope(StrEnum):
    """Whom a pool holds: all endpoints, those on this node, or nodes (at their node ports)."""

    CLUSTER = "cluster"
    LOCAL = "local"
    NODES = "nodes"
    LOCAL_NODES = "local-nodes"
    """Nodes that have an endpoint of their own, as their health check node port tells."""


OF_NODES: Final = frozenset({Scope.NODES, Scope.LOCAL_NODES})
"""Through node ports, whoever has an endpoint."""


class Void(StrEnum):
    """What becomes of a connection while nobody is there to take it."""

    REJECT = "reject"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Pool:
    """One port of one Service in one family and scope.

    `affinity` is how many seconds a client stays with its endpoint; 0: each connection is picked
    anew. `proxy_protocol` is the version that is spoken to the endpoints; 0: none. Of an assumed
    family the Service itself says nothing: that nobody has it is no news.
    """

    key: Key
    service: Ref
    port: int
    transport: Transport
    family: Family
    scope: Scope
    endpoints: tuple[Endpoint, ...] = ()
    pick: Pick = Pick.RANDOM
    affinity: int = 0
    void: Void = Void.REJECT
    proxy_protocol: int = 0
    left_out: tuple[LeftOut, ...] = ()
    is_assumed: bool = False
    refused: tuple[Refusal, ...] = ()


class PoolName(NamedTuple):
    """What the key of a pool says.

    Only some ways into a Service speak the PROXY protocol: a pool that does is another one.
    """

    namespace: str
    service: str
    port: int
    transport: Transport
    family: Family
    scope: Scope
    proxy_protocol: int = 0


def pool_key(name: PoolName) -> Key:
    """E.g. `shop/web/80/tcp/ipv4/cluster`, or that with `/proxy-2`; names hold no slash."""
    namespace, service, port, transport, family, scope, proxy = name
    text = f"{namespace}/{service}/{port}/{transport}/{family}/{scope}"
    return Key(POOL, f"{text}/proxy-{proxy}" if proxy else text)


def pool_name(key: Key) -> PoolName:
    """The parts of a pool's key."""
    namespace, service, port, transport, family, scope, *proxy = key.name.split("/")
    return PoolName(
        namespace,
        service,
        int(port),
        Transport(transport),
        Family(family),
        Scope(scope),
        int(proxy[0].removeprefix("proxy-")) if proxy else 0,
    )
