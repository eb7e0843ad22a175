"""The core API group: Service, Endpoints, Secret, ConfigMap, Namespace."""

from typing import ClassVar

from msgspec import Struct, field

from portico.model.fact import Fact, Metadata, PortNumber
from portico.model.key_pair import KeyPair
from portico.model.opaque import Opaque


class ServicePort(Struct, frozen=True, gc=False, rename="camel"):
    """One entry of spec.ports."""

    port: PortNumber
    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""
    target_port: PortNumber | str = ""
    """Unset means the same number as `port`."""


class ServiceSpec(Struct, frozen=True, gc=False, rename="camel"):
    """The part of a Service that HTTP routing reads."""

    type: str = "ClusterIP"
    ports: tuple[ServicePort, ...] = ()
    external_name: str = ""


class Service(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """A name for a set of endpoints."""

    KIND: ClassVar[str] = "Service"

    spec: ServiceSpec = ServiceSpec()


class EndpointAddress(Struct, frozen=True, gc=False, rename="camel"):
    """One address of an Endpoints object."""

    ip: str


class EndpointPort(Struct, frozen=True, gc=False, rename="camel"):
    """One port of an Endpoints object."""

    port: PortNumber
    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""


class EndpointSubset(Struct, frozen=True, gc=False, rename="camel"):
    """Addresses that share the same ports."""

    addresses: tuple[EndpointAddress, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class Endpoints(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """The elder of EndpointSlice, read where a Service has no slice."""

    KIND: ClassVar[str] = "Endpoints"

    subsets: tuple[EndpointSubset, ...] = ()


class Secret(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """Secret values; a certificate with its key has been checked and parsed at the door."""

    KIND: ClassVar[str] = "Secret"

    type: str = "Opaque"
    values: Opaque = Opaque({})
    key_pair: KeyPair | None = None


class ConfigMap(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """Named settings."""

    KIND: ClassVar[str] = "ConfigMap"

    data: dict[str, str] = field(default_factory=dict)


class Namespace(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """A namespace and its labels."""

    KIND: ClassVar[str] = "Namespace"
    NAMESPACED: ClassVar[bool] = False


class Resolution(Fact, frozen=True, gc=False, kw_only=True):
    """What the DNS said of a name; reported by the resolver, never by a manifest."""

    KIND: ClassVar[str] = "Resolution"
    NAMESPACED: ClassVar[bool] = False

    addresses: tuple[str, ...] = ()


def resolution_of(name: str, addresses: tuple[str, ...]) -> Resolution:
    """The answer for one name, addresses in a stable order."""
    return Resolution(metadata=Metadata(name=name), addresses=tuple(sorted(addresses)))
