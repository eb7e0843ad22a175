"""What is read of pods, of what selects them, and of slices."""

from datetime import datetime

from msgspec import Struct, field


class Owner(Struct, frozen=True):
    """Who makes more of it."""

    kind: str
    name: str
    controller: bool = False


class Metadata(Struct, frozen=True, rename="camel"):
    """What is read of every object's."""

    name: str
    namespace: str = ""
    uid: str = ""
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    owner_references: tuple[Owner, ...] = ()


class ContainerPort(Struct, frozen=True, rename="camel"):
    """Informational in Kubernetes, but for its name."""

    container_port: int
    name: str = ""
    protocol: str = "TCP"


class Container(Struct, frozen=True, rename="camel"):
    """Or an init container; those that are always restarted are sidecars."""

    name: str = ""
    ports: tuple[ContainerPort, ...] = ()
    restart_policy: str = ""


class PodSpec(Struct, frozen=True, rename="camel"):
    """Its containers, and where it was put."""

    node_name: str = ""
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()


class Condition(Struct, frozen=True, rename="camel"):
    """One of a pod's."""

    type: str
    status: str = ""
    last_transition_time: datetime | None = None


class ContainerStatus(Struct, frozen=True, rename="camel"):
    """How often it was restarted."""

    name: str = ""
    restart_count: int = 0


class PodIP(Struct, frozen=True):
    """One for each family."""

    ip: str = ""


class PodStatus(Struct, frozen=True, rename="camel"):
    """How it is."""

    phase: str = ""
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    pod_ips: tuple[PodIP, ...] = field(default=(), name="podIPs")


class Pod(Struct, frozen=True):
    """One pod."""

    metadata: Metadata
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def name(self) -> str:
        return self.metadata.name

    @property
    def ready_condition(self) -> Condition | None:
        """If it is ready."""
        for condition in self.status.conditions:
            if condition.type == "Ready" and condition.status == "True":
                return condition
        return None

    @property
    def is_ready(self) -> bool:
        return self.ready_condition is not None

    @property
    def is_running(self) -> bool:
        return self.status.phase == "Running"

    @property
    def is_terminating(self) -> bool:
        return self.metadata.deletion_timestamp is not None

    @property
    def ports(self) -> tuple[ContainerPort, ...]:
        """Those of containers first."""
        every = (*self.spec.containers, *self.spec.init_containers)
        return tuple(port for container in every for port in container.ports)


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


class Requirement(Struct, frozen=True):
    """One of matchExpressions."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


class LabelSelector(Struct, frozen=True, rename="camel"):
    """Of a workload."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[Requirement, ...] = ()


class WorkloadSpec(Struct, frozen=True):
    """Its selector is a plain mapping for a ReplicationController."""

    selector: LabelSelector | None = None


class Workload(Struct, frozen=True):
    """A Deployment, or one of its like."""

    metadata: Metadata
    spec: WorkloadSpec = WorkloadSpec()


class PlainSpec(Struct, frozen=True):
    """Of a ReplicationController."""

    selector: dict[str, str] = {}


class PlainWorkload(Struct, frozen=True):
    """A ReplicationController."""

    metadata: Metadata
    spec: PlainSpec = PlainSpec()


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


def selector_text(selector: LabelSelector | None) -> str:
    """As the API takes it in a query."""
    if selector is None:
        return ""
    parts = [labels_text(selector.match_labels)] if selector.match_labels else []
    parts += map(_requirement, selector.match_expressions)
    return ",".join(parts)


def labels_text(labels: dict[str, str]) -> str:
    """Sorted, so that the same selector is the same text."""
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items()))


def _requirement(one: Requirement) -> str:
    match one.operator:
        case "Exists":
            return one.key
        case "DoesNotExist":
            return f"!{one.key}"
        case _:
            word = "in" if one.operator == "In" else "notin"
            return f"{one.key} {word} ({','.join(one.values)})"
