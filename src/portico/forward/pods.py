"""What is read of pods."""

from datetime import datetime

from msgspec import Struct

from portico.forward.metadata import Metadata


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


class PodStatus(Struct, frozen=True, rename="camel"):
    """How it is."""

    phase: str = ""
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()


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
