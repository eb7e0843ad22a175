"""Which kinds are read from an API server, by what is served here.

Not Endpoints: every cluster mirrors them into slices. Secrets are another story (secrets.py).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from portico.kube.api.resource import Resource
from portico.model.core import Namespace, Node, Service
from portico.model.discovery import EndpointSlice
from portico.model.fact import Fact
from portico.model.metallb import GROUP as METALLB
from portico.model.metallb import (
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    L2Advertisement,
)
from portico.model.networking import Ingress, IngressClass
from portico.model.openelb import GROUP as OPENELB
from portico.model.openelb import BgpConf, BgpPeer, Eip
from portico.settings import Room, Settings, Via, gives_addresses_in_cluster


class Kind(NamedTuple):
    """Where the objects are, and what is made of them."""

    resource: Resource
    fact: type[Fact]


_NETWORKING: Final = "networking.k8s.io"

INGRESSES: Final = Kind(Resource(_NETWORKING, "v1", "ingresses", "Ingress"), Ingress)
CLASSES: Final = Kind(
    Resource(_NETWORKING, "v1", "ingressclasses", "IngressClass", namespaced=False), IngressClass
)
SERVICES: Final = Kind(Resource("", "v1", "services", "Service"), Service)
SLICES: Final = Kind(
    Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"), EndpointSlice
)
NODES: Final = Kind(Resource("", "v1", "nodes", "Node", namespaced=False), Node)

NAMESPACES: Final = Kind(Resource("", "v1", "namespaces", "Namespace", namespaced=False), Namespace)
"""Which of them are meant; and pools choose by their labels."""

POOLS: Final = Kind(Resource(METALLB, "v1beta1", "ipaddresspools", "IPAddressPool"), IPAddressPool)
EIPS: Final = Kind(Resource(OPENELB, "v1alpha2", "eips", "Eip", namespaced=False), Eip)

LOAD_BALANCING: Final = (
    POOLS,
    EIPS,
    Kind(Resource(METALLB, "v1beta1", "l2advertisements", "L2Advertisement"), L2Advertisement),
    Kind(Resource(METALLB, "v1beta1", "bgpadvertisements", "BGPAdvertisement"), BGPAdvertisement),
    Kind(Resource(METALLB, "v1beta2", "bgppeers", "BGPPeer"), BGPPeer),
    Kind(Resource(METALLB, "v1beta1", "bfdprofiles", "BFDProfile"), BFDProfile),
    Kind(Resource(METALLB, "v1beta1", "communities", "Community"), Community),
    Kind(Resource(OPENELB, "v1alpha2", "bgpconfs", "BgpConf", namespaced=False), BgpConf),
    Kind(Resource(OPENELB, "v1alpha2", "bgppeers", "BgpPeer", namespaced=False), BgpPeer),
)
"""Pools of addresses, and how they are announced. Kinds that are not installed are waited for."""

JUDGED: Final = (INGRESSES, CLASSES, SERVICES, *LOAD_BALANCING)
"""What a cluster may ask about before it stores an object."""

SECRETS: Final = Resource("", "v1", "secrets", "Secret")


def kinds_read(settings: Settings) -> Iterator[Kind]:
    """Secrets aside."""
    if Room.HTTP in settings.rooms:
        yield INGRESSES
        yield CLASSES
    yield SERVICES
    if settings.via is Via.ENDPOINTS:
        yield SLICES
    # The zone of this node stands in its Node; and in front of a cluster, Nodes are the backends.
    if settings.rooms & {Room.L4, Room.LB} or settings.via is Via.NODE_PORT:
        yield NODES
    if gives_addresses_in_cluster(settings):
        yield NAMESPACES
        yield from LOAD_BALANCING


def reads_secrets(settings: Settings) -> bool:
    """Ingresses refer to Secrets, and so do routers that want a password."""
    return not settings.rooms.isdisjoint({Room.HTTP, Room.LB})
