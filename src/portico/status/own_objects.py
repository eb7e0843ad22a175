"""What is read of the objects that say where we can be reached. Nothing else of them is kept."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from portico.kube.api.resource import Resource
from portico.kube.api.wanted import typed
from portico.status.publish import Address, Addresses, in_order

SERVICES: Final = Resource("", "v1", "services", "Service")
NODES: Final = Resource("", "v1", "nodes", "Node", namespaced=False)
PODS: Final = Resource("", "v1", "pods", "Pod")
INGRESSES: Final = Resource("networking.k8s.io", "v1", "ingresses", "Ingress")


class Metadata(Struct, frozen=True, gc=False, rename="camel"):
    """Who it is, and which version of it this was."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    deletion_timestamp: str = ""
    labels: dict[str, str] | None = None


class Entry(Struct, frozen=True, gc=False):
    """One address of a load balancer."""

    ip: str = ""
    hostname: str = ""


class LoadBalancer(Struct, frozen=True, gc=False):
    """Of a Service, and of an Ingress."""

    ingress: tuple[Entry, ...] | None = ()


class LoadBalancerStatus(Struct, frozen=True, gc=False, rename="camel"):
    """The part of a status that is of interest here."""

    load_balancer: LoadBalancer = LoadBalancer()


class OwnServiceSpec(Struct, frozen=True, gc=False, rename="camel"):
    """How the Service in front of us is reached."""

    type: str = "ClusterIP"
    external_name: str = ""
    cluster_ip: str = field(default="", name="clusterIP")
    external_ips: tuple[str, ...] | None = field(default=(), name="externalIPs")


class OwnService(Struct, frozen=True, gc=False):
    """The Service of --publish-service."""

    spec: OwnServiceSpec = OwnServiceSpec()
    status: LoadBalancerStatus = LoadBalancerStatus()


class NodeAddress(Struct, frozen=True, gc=False):
    """One of a Node."""

    type: str = ""
    address: str = ""


class NodeStatus(Struct, frozen=True, gc=False):
    """Where a Node is reached."""

    addresses: tuple[NodeAddress, ...] | None = ()


class OwnNode(Struct, frozen=True, gc=False):
    """A Node that a pod of ours may run on."""

    status: NodeStatus = NodeStatus()


class PodSpec(Struct, frozen=True, gc=False, rename="camel"):
    """Where a pod runs."""

    node_name: str = ""


class Condition(Struct, frozen=True, gc=False):
    """One word on a pod."""

    type: str = ""
    status: str = ""


class PodStatus(Struct, frozen=True, gc=False):
    """How a pod is."""

    phase: str = ""
    conditions: tuple[Condition, ...] | None = ()


class OwnPod(Struct, frozen=True, gc=False):
    """A pod of ours: this one, or another replica."""

    metadata: Metadata = Metadata()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def is_ready(self) -> bool:
        return self.status.phase == "Running" and any(
            each.type == "Ready" and each.status == "True" for each in self.status.conditions or ()
        )

    @property
    def is_staying(self) -> bool:
        """Whether it will go on to serve, or begin to."""
        has_ended = self.status.phase in ("Succeeded", "Failed")
        return not has_ended and not self.metadata.deletion_timestamp


class IngressStatus(Struct, frozen=True, gc=False):
    """An Ingress as far as its status is concerned."""

    metadata: Metadata
    status: LoadBalancerStatus = LoadBalancerStatus()

    @property
    def addresses(self) -> Addresses:
        return in_order(
            Address(each.ip, each.hostname) for each in self.status.load_balancer.ingress or ()
        )


read_service: Final = typed(OwnService)
read_node: Final = typed(OwnNode)
read_pod: Final = typed(OwnPod)
read_ingress: Final = typed(IngressStatus)

CHANGING_LABELS: Final = frozenset(
    {"pod-template-hash", "controller-revision-hash", "pod-template-generation",
     "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"}
)  # fmt: skip
"""What tells the pods of one workload apart, or its versions."""


def selector(labels: Mapping[str, str]) -> str:
    """What selects all replicas of one of them."""
    return ",".join(
        f"{name}={text}" for name, text in sorted(labels.items()) if name not in CHANGING_LABELS
    )
