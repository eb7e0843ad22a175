"""Which kinds are read from an API server, by what is served here.

Not Endpoints: every cluster mirrors them into slices. Secrets are another story (secrets.py).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from portico.kube.api.resource import Resource
from portico.model.core import Namespace, Node, Service
from portico.model.discovery import EndpointSlice
from portico.model.fact import Fact
from portico.model.networking import Ingress, IngressClass
from portico.settings import Room, Settings, Via


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
"""Only to know which of them are meant."""

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
    if Room.L4 in settings.rooms or settings.via is Via.NODE_PORT:
        yield NODES


def reads_secrets(settings: Settings) -> bool:
    """Only Ingresses refer to Secrets."""
    return Room.HTTP in settings.rooms
