"""The kinds that are served from the start; others come with a CustomResourceDefinition."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """One resource in one version."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    has_status: bool = False
    """Status has a path of its own, and the main path leaves it alone."""
    counts_generations: bool = True
    short: tuple[str, ...] = ()
    selectable: tuple[str, ...] = ()
    """Fields, besides the name and the namespace, that field selectors may ask for."""
    needs_version: bool = False
    """A replacement must say which version it replaces."""
    is_custom: bool = False
    connects: tuple[str, ...] = ()
    """Paths below an object where a connection becomes something else."""

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self) -> str:
        return self.kind.lower()


def _core(plural: str, kind: str, **more: Any) -> Kind:
    return Kind("", "v1", plural, kind, **{"counts_generations": False, **more})


_NET, _RBAC = "networking.k8s.io", "rbac.authorization.k8s.io"
_HOOKS, _CRD = "admissionregistration.k8s.io", "apiextensions.k8s.io"

SERVED = (
    _core("services", "Service", has_status=True, short=("svc",),
          selectable=("spec.type", "spec.clusterIP")),
    _core("endpoints", "Endpoints", short=("ep",)),
    _core("secrets", "Secret", selectable=("type",)),
    _core("configmaps", "ConfigMap", short=("cm",)),
    _core("serviceaccounts", "ServiceAccount", short=("sa",)),
    _core("namespaces", "Namespace", namespaced=False, has_status=True, short=("ns",),
          selectable=("status.phase",)),
    _core("nodes", "Node", namespaced=False, has_status=True, short=("no",),
          selectable=("spec.unschedulable",)),
    _core("pods", "Pod", has_status=True, short=("po",),
          selectable=("spec.nodeName", "status.phase", "status.podIP"), connects=("portforward",)),
    _core("replicationcontrollers", "ReplicationController", has_status=True, short=("rc",),
          counts_generations=True),
    _core("events", "Event", short=("ev",),
          selectable=("involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
                      "involvedObject.uid", "reason", "type")),
    Kind("events.k8s.io", "v1", "events", "Event", counts_generations=False, short=("ev",),
         selectable=("regarding.kind", "regarding.namespace", "regarding.name",
                     "regarding.uid", "reason", "type")),
    Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
    Kind(_NET, "v1", "ingresses", "Ingress", has_status=True, short=("ing",)),
    Kind(_NET, "v1", "ingressclasses", "IngressClass", namespaced=False),
    Kind(_NET, "v1", "networkpolicies", "NetworkPolicy", short=("netpol",)),
    Kind("coordination.k8s.io", "v1", "leases", "Lease", counts_generations=False,
         needs_version=True),
    Kind("apps", "v1", "deployments", "Deployment", has_status=True, short=("deploy",)),
    Kind("apps", "v1", "daemonsets", "DaemonSet", has_status=True, short=("ds",)),
    Kind("apps", "v1", "replicasets", "ReplicaSet", has_status=True, short=("rs",)),
    Kind("apps", "v1", "statefulsets", "StatefulSet", has_status=True, short=("sts",)),
    Kind("batch", "v1", "jobs", "Job", has_status=True),
    Kind("batch", "v1", "cronjobs", "CronJob", has_status=True, short=("cj",)),
    Kind("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler",
         has_status=True, short=("hpa",)),
    Kind("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", has_status=True,
         short=("pdb",)),
    Kind(_RBAC, "v1", "roles", "Role", counts_generations=False),
    Kind(_RBAC, "v1", "rolebindings", "RoleBinding", counts_generations=False),
    Kind(_RBAC, "v1", "clusterroles", "ClusterRole", namespaced=False, counts_generations=False),
    Kind(_RBAC, "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False,
         counts_generations=False),
    Kind(_HOOKS, "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration",
         namespaced=False),
    Kind(_CRD, "v1", "customresourcedefinitions", "CustomResourceDefinition", namespaced=False,
         has_status=True, short=("crd", "crds")),
)  # fmt: skip


class Kinds:
    """What is served now."""

    def __init__(self, served: Iterable[Kind] = SERVED) -> None:
        self._by_place = {(kind.group, kind.version, kind.plural): kind for kind in served}

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_place.values())

    def find(self, group: str, version: str, plural: str) -> Kind | None:
        return self._by_place.get((group, version, plural))

    def of(self, document: Any) -> Kind:
        """The kind of a whole object, which must be served."""
        wanted = (document["apiVersion"], document["kind"])
        return next(kind for kind in self if (kind.api_version, kind.kind) == wanted)

    def versions(self, group: str) -> list[str]:
        return sorted({kind.version for kind in self if kind.group == group}, reverse=True)

    def groups(self) -> list[str]:
        return sorted({kind.group for kind in self if kind.group})

    def define(self, definition: Any) -> list[Kind]:
        """Serve what a CustomResourceDefinition says; tells what is new."""
        new = [kind for kind in _defined(definition) if self.find(*kind[:3]) is None]
        self._by_place.update({(kind.group, kind.version, kind.plural): kind for kind in new})
        return new

    def undefine(self, definition: Any) -> list[Kind]:
        return [kind for kind in _defined(definition) if self._by_place.pop(kind[:3], None)]


def _defined(definition: Any) -> list[Kind]:
    spec = definition["spec"]
    names = spec["names"]
    return [
        Kind(
            spec["group"],
            version["name"],
            names["plural"],
            names["kind"],
            namespaced=spec["scope"] == "Namespaced",
            has_status="status" in version.get("subresources", {}),
            short=tuple(names.get("shortNames", ())),
            needs_version=True,
            is_custom=True,
        )
        for version in spec["versions"]
        if version.get("served", True)
    ]
