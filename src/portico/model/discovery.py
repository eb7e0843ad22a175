"""The discovery.k8s.io API group: EndpointSlice."""

from typing import ClassVar

from msgspec import Struct

from portico.model.fact import Fact, PortNumber
from portico.model.ref import Group, Ref

SERVICE_NAME_LABEL = "kubernetes.io/service-name"


class Conditions(Struct, frozen=True, gc=False):
    """Each may be unset; the API says what unset means (see the properties of SliceEndpoint)."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class ForZone(Struct, frozen=True, gc=False):
    """A zone whose clients are to use an endpoint."""

    name: str


class ForNode(Struct, frozen=True, gc=False):
    """A node whose clients are to use an endpoint."""

    name: str


class Hints(Struct, frozen=True, gc=False, rename="camel"):
    """Who is to use an endpoint (KEP-2433, KEP-4444, KEP-3015)."""

    for_zones: tuple[ForZone, ...] = ()
    for_nodes: tuple[ForNode, ...] = ()


class SliceEndpoint(Struct, frozen=True, gc=False, rename="camel"):
    """One endpoint of a slice."""

    addresses: tuple[str, ...] = ()
    conditions: Conditions = Conditions()
    node_name: str = ""
    zone: str = ""
    hints: Hints | None = None

    @property
    def is_ready(self) -> bool:
        return self.conditions.ready is not False  # unset is to be read as true

    @property
    def is_serving(self) -> bool:
        serving = self.conditions.serving
        return self.is_ready if serving is None else serving  # unset defers to ready

    @property
    def is_terminating(self) -> bool:
        return self.conditions.terminating is True  # unset is to be read as false


class SlicePort(Struct, frozen=True, gc=False, rename="camel"):
    """One port of a slice; its name is the name of the Service port."""

    port: PortNumber | None = None
    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""


class EndpointSlice(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """A part of the endpoints of one Service."""

    KIND: ClassVar[str] = "EndpointSlice"

    address_type: str = "IPv4"
    endpoints: tuple[SliceEndpoint, ...] = ()
    ports: tuple[SlicePort, ...] = ()

    def groups(self) -> frozenset[Group]:
        service = self.metadata.labels.get(SERVICE_NAME_LABEL)
        if not service:
            return frozenset()
        return frozenset({slices_of(Ref("Service", self.ref.namespace, service))})


def slices_of(service: Ref) -> Group:
    """The group of all slices that carry endpoints of this Service."""
    return Group(EndpointSlice.KIND, "service", f"{service.namespace}/{service.name}")
