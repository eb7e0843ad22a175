"""The kinds whose owners are told of refusals, as the API has them."""

from collections.abc import Mapping
from typing import Final

from portico.kube.api.event_record import Regarding
from portico.kube.api.resource import Resource
from portico.model.core import Endpoints, Node, Service
from portico.model.discovery import EndpointSlice
from portico.model.metallb import GROUP as METALLB
from portico.model.metallb import IPAddressPool
from portico.model.networking import Ingress
from portico.model.openelb import GROUP as OPENELB
from portico.model.openelb import Eip
from portico.model.ref import Ref
from portico.status.own_objects import INGRESSES, NODES, SERVICES

RESOURCE_OF: Final[Mapping[str, Resource]] = {
    Ingress.KIND: INGRESSES,
    Service.KIND: SERVICES,
    Node.KIND: NODES,
    Endpoints.KIND: Resource("", "v1", "endpoints", "Endpoints"),
    IPAddressPool.KIND: Resource(METALLB, "v1beta1", "ipaddresspools", "IPAddressPool"),
    Eip.KIND: Resource(OPENELB, "v1alpha2", "eips", "Eip", namespaced=False),
    EndpointSlice.KIND: Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
}


def regarding(ref: Ref, uid: str) -> Regarding:
    """Without a uid an event is kept, but `kubectl describe` does not show it."""
    api_version = RESOURCE_OF[ref.kind].api_version
    return Regarding(api_version, ref.kind, ref.name, ref.namespace, uid)
