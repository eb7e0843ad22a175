"""What is read of Services, and of the slices with their endpoints."""

from msgspec import Struct, field

from portico.forward.metadata import Metadata


class ServicePort(Struct, frozen=True, rename="camel"):
    """One entry of spec.ports."""

    port: int
    name: str = ""
    protocol: str = "TCP"
    target_port: int | str = 0


class ServiceSpec(Struct, frozen=True, rename="camel"):
    """What of a Service matters here."""

    type: str = "ClusterIP"
    ports: tuple[ServicePort, ...] = ()
    selector: dict[str, str] = {}
    external_name: str = ""
    cluster_ip: str = field(default="", name="clusterIP")
    cluster_ips: tuple[str, ...] = field(default=(), name="clusterIPs")


class Service(Struct, frozen=True):
    """One Service."""

    metadata: Metadata
    spec: ServiceSpec = ServiceSpec()

    @property
    def is_headless(self) -> bool:
        return self.spec.cluster_ip == "None"


class TargetRef(Struct, frozen=True):
    """What stands behind an address."""

    kind: str = ""
    name: str = ""
    namespace: str = ""


class Conditions(Struct, frozen=True):
    """Each may be unset."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class SliceEndpoint(Struct, frozen=True, rename="camel"):
    """One address, or several of one endpoint."""

    addresses: tuple[str, ...] = ()
    conditions: Conditions = Conditions()
    target_ref: TargetRef | None = None

    @property
    def is_ready(self) -> bool:
        return self.conditions.ready is not False  # unset is to be read as true


class SlicePort(Struct, frozen=True):
    """Its name is that of the Service's port."""

    port: int | None = None
    name: str = ""
    protocol: str = "TCP"


class Slice(Struct, frozen=True):
    """A part of the endpoints of a Service."""

    metadata: Metadata
    endpoints: tuple[SliceEndpoint, ...] | None = ()
    ports: tuple[SlicePort, ...] | None = ()
