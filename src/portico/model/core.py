"""The core API group: Service, Endpoints, Node, Secret, ConfigMap, Namespace."""

from typing import Annotated, ClassVar, Final

from msgspec import Meta, Struct, field

from portico.model.fact import Fact, Metadata, PortNumber
from portico.model.key_pair import KeyPair
from portico.model.opaque import Opaque
from portico.model.ref import Group

PortNumberOrNone = Annotated[int, Meta(ge=0, le=65535)]


class ServicePort(Struct, frozen=True, gc=False, rename="camel"):
    """One entry of spec.ports."""

    port: PortNumber
    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""
    target_port: PortNumber | str = ""
    """Unset means the same number as `port`."""

    node_port: PortNumberOrNone = 0
    """0: none was chosen."""


class ClientIPConfig(Struct, frozen=True, gc=False, rename="camel"):
    """How long a client stays with its endpoint after its last new connection, in seconds."""

    timeout_seconds: Annotated[int, Meta(ge=1, le=86400)] = 10800


class SessionAffinityConfig(Struct, frozen=True, gc=False):
    """Settings of each kind of affinity; there is one."""

    client_ip: ClientIPConfig = field(default=ClientIPConfig(), name="clientIP")


class ServiceSpec(Struct, frozen=True, gc=False, rename="camel"):
    """What a Service asks for. Enumerations are texts here: an unknown one hurts one step only."""

    type: str = "ClusterIP"
    ports: tuple[ServicePort, ...] = ()
    external_name: str = ""
    cluster_ip: str = field(default="", name="clusterIP")
    cluster_ips: tuple[str, ...] = field(default=(), name="clusterIPs")
    ip_families: tuple[str, ...] = ()
    external_ips: tuple[str, ...] = field(default=(), name="externalIPs")
    load_balancer_ip: str = field(default="", name="loadBalancerIP")
    load_balancer_class: str = ""
    load_balancer_source_ranges: tuple[str, ...] = ()
    allocate_load_balancer_node_ports: bool = True
    external_traffic_policy: str = "Cluster"
    internal_traffic_policy: str = "Cluster"
    health_check_node_port: PortNumberOrNone = 0
    session_affinity: str = "None"
    session_affinity_config: SessionAffinityConfig = SessionAffinityConfig()
    publish_not_ready_addresses: bool = False
    traffic_distribution: str = ""
    ip_family_policy: str = ""
    """Empty is SingleStack."""

    selector: dict[str, str] = field(default_factory=dict)


class LoadBalancerIngress(Struct, frozen=True, gc=False, rename="camel"):
    """An address somebody gave the Service. `Proxy` means nobody may short-cut it (KEP-1860).

    With a host name instead of an address it is a load balancer elsewhere.
    """

    ip: str = ""
    hostname: str = ""
    ip_mode: str = "VIP"


class LoadBalancerStatus(Struct, frozen=True, gc=False, rename="camel"):
    """The addresses of a Service of type LoadBalancer."""

    ingress: tuple[LoadBalancerIngress, ...] = ()


class ServiceStatus(Struct, frozen=True, gc=False, rename="camel"):
    """What others made of the Service."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class Service(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """A name for a set of endpoints."""

    KIND: ClassVar[str] = "Service"

    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()

    def groups(self) -> frozenset[Group]:
        return _NAMING if any(port.node_port for port in self.spec.ports) else frozenset()


NAMING_NODE_PORTS: Final = Group(Service.KIND, "names", "node ports")
"""The group of all Services that name a node port."""

_NAMING: Final = frozenset({NAMING_NODE_PORTS})


class EndpointAddress(Struct, frozen=True, gc=False, rename="camel"):
    """One address of an Endpoints object."""

    ip: str
    node_name: str = ""


class EndpointPort(Struct, frozen=True, gc=False, rename="camel"):
    """One port of an Endpoints object."""

    port: PortNumber
    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""


class EndpointSubset(Struct, frozen=True, gc=False, rename="camel"):
    """Addresses that share the same ports."""

    addresses: tuple[EndpointAddress, ...] = ()
    not_ready_addresses: tuple[EndpointAddress, ...] = ()
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


class Taint(Struct, frozen=True, gc=False, rename="camel"):
    """One taint of a Node; `effect` is NoSchedule, PreferNoSchedule or NoExecute."""

    key: str
    value: str = ""
    effect: str = ""


class NodeSpec(Struct, frozen=True, gc=False, rename="camel"):
    """The part of a Node's spec that decides whether it gets traffic."""

    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False


class NodeAddress(Struct, frozen=True, gc=False, rename="camel"):
    """One address of a Node; `type` is InternalIP, ExternalIP, Hostname, ..."""

    type: str
    address: str


class NodeCondition(Struct, frozen=True, gc=False):
    """E.g. Ready, NetworkUnavailable; `status` is True, False or Unknown."""

    type: str
    status: str = "Unknown"


class NodeStatus(Struct, frozen=True, gc=False, rename="camel"):
    """Where a Node is reached, and how it is."""

    addresses: tuple[NodeAddress, ...] = ()
    conditions: tuple[NodeCondition, ...] = ()


class Node(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """A machine of the cluster."""

    KIND: ClassVar[str] = "Node"
    NAMESPACED: ClassVar[bool] = False

    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()

    def groups(self) -> frozenset[Group]:
        return frozenset({NODES})


NODES: Final = Group(Node.KIND, "all", "")
"""The group of all Nodes."""


class Resolution(Fact, frozen=True, gc=False, kw_only=True):
    """What the DNS said of a name; reported by the resolver, never by a manifest."""

    KIND: ClassVar[str] = "Resolution"
    NAMESPACED: ClassVar[bool] = False

    addresses: tuple[str, ...] = ()


def resolution_of(name: str, addresses: tuple[str, ...]) -> Resolution:
    """The answer for one name, addresses in a stable order."""
    return Resolution(metadata=Metadata(name=name), addresses=tuple(sorted(addresses)))
