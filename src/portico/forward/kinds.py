"""The kinds of objects that have pods to forward to, by all the names kubectl takes for them."""

from typing import Final, NamedTuple

from portico.forward.errors import ForwardError, UsageError
from portico.kube.api.resource import Resource


class Kind(NamedTuple):
    """One of them. `short` is what messages and completion call it."""

    resource: Resource
    short: str
    singular: str

    @property
    def names(self) -> frozenset[str]:
        """Without group and version."""
        return frozenset({self.resource.plural, self.singular, self.short})


POD: Final = Kind(Resource("", "v1", "pods", "Pod"), "po", "pod")
SERVICE: Final = Kind(Resource("", "v1", "services", "Service"), "svc", "service")

KINDS: Final = (
    POD,
    SERVICE,
    Kind(Resource("apps", "v1", "deployments", "Deployment"), "deploy", "deployment"),
    Kind(Resource("apps", "v1", "statefulsets", "StatefulSet"), "sts", "statefulset"),
    Kind(Resource("apps", "v1", "daemonsets", "DaemonSet"), "ds", "daemonset"),
    Kind(Resource("apps", "v1", "replicasets", "ReplicaSet"), "rs", "replicaset"),
    Kind(Resource("batch", "v1", "jobs", "Job"), "job", "job"),
    Kind(
        Resource("", "v1", "replicationcontrollers", "ReplicationController"),
        "rc",
        "replicationcontroller",
    ),
)

SLICES: Final = Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")

PODLESS: Final = {
    "cronjob": ("*v1.CronJob", "name one of its jobs: job/NAME"),
    "cj": ("*v1.CronJob", "name one of its jobs: job/NAME"),
    "ingress": ("*v1.Ingress", "name one of its Services: svc/NAME"),
    "ing": ("*v1.Ingress", "name one of its Services: svc/NAME"),
    "node": ("*v1.Node", "name a pod that runs there"),
    "no": ("*v1.Node", "name a pod that runs there"),
    "configmap": ("*v1.ConfigMap", ""),
    "cm": ("*v1.ConfigMap", ""),
    "secret": ("*v1.Secret", ""),
    "namespace": ("*v1.Namespace", "name a Service with -n: svc/NAME -n NAMESPACE"),
    "ns": ("*v1.Namespace", "name a Service with -n: svc/NAME -n NAMESPACE"),
}
"""What people try all the same."""


class Target(NamedTuple):
    """What to forward to."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind.singular if self.kind is POD else self.kind.short}/{self.name}"


def parse_target(text: str) -> Target:
    """`NAME` of a pod, `TYPE/NAME`, `TYPE.GROUP/NAME` or `TYPE.VERSION.GROUP/NAME`.

    Raises UsageError, and ForwardError for types without pods.
    """
    type_, slash, name = text.rpartition("/")
    check_segment("resource name", name)
    if not slash:
        return Target(POD, name)
    if not type_ or not name or "/" in type_:
        raise UsageError(
            "arguments in resource/name form may not have more than one slash"
            if "/" in type_
            else "arguments in resource/name form must have a single resource and name"
        )
    return Target(_kind(type_), name)


def check_segment(what: str, text: str) -> None:
    """Names become a part of a path, where some mean another one. Raises UsageError, as kubectl."""
    wrong = [f"may not be '{text}'"] if text in (".", "..") else []
    wrong += [f"may not contain '{each}'" for each in "/%" if each in text]
    if wrong:
        raise UsageError(f'invalid {what} "{text}": [{" ".join(wrong)}]')


def _kind(text: str) -> Kind:
    name, *rest = text.casefold().split(".")
    for kind in KINDS:
        if name in kind.names and _is_group(rest, kind.resource):
            return kind
    podless = PODLESS.get(name) or PODLESS.get(name.removesuffix("s").removesuffix("e"))
    if podless:
        go_type, hint = podless
        told = f"cannot attach to {go_type}: selector for {go_type} not implemented"
        raise ForwardError(told, hint)
    hint = f"types with pods: {', '.join(kind.resource.plural for kind in KINDS)}"
    raise UsageError(f'the server doesn\'t have a resource type "{text}"', hint)


def _is_group(rest: list[str], resource: Resource) -> bool:
    """Whether what follows the first dot is the group, or the version and the group."""
    if not rest:
        return True
    said = ".".join(rest)
    version_and_group = f"{resource.version}.{resource.group}"
    return said in (resource.group, version_and_group) and bool(said)
