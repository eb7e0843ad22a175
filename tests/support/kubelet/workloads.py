"""Pods, what makes them, and Services, as small as port-forward can use them."""

from collections.abc import Mapping
from typing import Any

CREATED = "2026-01-01T00:00:00Z"

GROUP_BY_KIND = {
    "ReplicationController": "v1", "Deployment": "apps/v1", "ReplicaSet": "apps/v1",
    "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1",
}  # fmt: skip


def pod(
    name: str,
    *,
    app: str = "",
    ports: Mapping[str, int] | None = None,
    node: str = "node-a",
    phase: str = "Running",
    is_ready: bool = True,
    namespace: str = "default",
    created: str = CREATED,
    **metadata: Any,
) -> dict[str, Any]:
    """`ports` by their names; a name that begins with `udp` is one of UDP."""
    listed = [
        {"name": port, "containerPort": number, "protocol": _protocol(port)}
        for port, number in (ports or {"http": 80}).items()
    ]
    ready = {"type": "Ready", "status": str(is_ready), "lastTransitionTime": created}
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": name, "namespace": namespace, "labels": {"app": app or name},
            "creationTimestamp": created, **metadata,
        },
        "spec": {
            "containers": [{"name": "app", "image": "app:1", "ports": listed}],
            **({"nodeName": node} if node else {}),
        },
        "status": {
            "phase": phase, "conditions": [ready],
            "containerStatuses": [
                {"name": "app", "image": "app:1", "imageID": "", "ready": is_ready,
                 "restartCount": 0}
            ],
        },
    }  # fmt: skip


def workload(kind: str, name: str, *, app: str = "", namespace: str = "default") -> dict[str, Any]:
    """A Deployment or another one, whose pods are labelled `app`."""
    labels = {"app": app or name}
    restarts = {"restartPolicy": "Never"} if kind == "Job" else {}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "app", "image": "app:1"}], **restarts},
    }
    selector: Any = {"matchLabels": labels}
    spec: dict[str, Any] = {"template": template}
    if kind == "ReplicationController":
        spec["selector"] = labels
    elif kind == "CronJob":
        spec = {"schedule": "0 * * * *", "jobTemplate": {"spec": {"template": template}}}
    else:
        spec["selector"] = selector
    return {
        "apiVersion": GROUP_BY_KIND[kind], "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": labels}, "spec": spec,
    }  # fmt: skip


def service(
    name: str, *ports: Mapping[str, Any], app: str = "", namespace: str = "default", **spec: Any
) -> dict[str, Any]:
    """Ports as the API has them; `app=None` in `spec` is said with `selector=None`."""
    told: dict[str, Any] = {"selector": {"app": app or name}, "ports": [*ports], **spec}
    return {
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {key: value for key, value in told.items() if value is not None},
    }  # fmt: skip


def port(number: int, target: int | str | None = None, **more: Any) -> dict[str, Any]:
    told = {"port": number, "protocol": "TCP", **more}
    return told if target is None else {**told, "targetPort": target}


def _protocol(name: str) -> str:
    return "UDP" if name.startswith("udp") else "TCP"


def deleting(document: Mapping[str, Any], moment: str) -> dict[str, Any]:
    """The same, on its way out."""
    metadata = {**document["metadata"], "deletionTimestamp": moment}
    return {**document, "metadata": {**metadata, "deletionGracePeriodSeconds": 30}}


def ready(document: Mapping[str, Any], moment: str) -> dict[str, Any]:
    """The same, now that it runs and serves."""
    condition = {"type": "Ready", "status": "True", "lastTransitionTime": moment}
    status = {**document["status"], "phase": "Running", "conditions": [condition]}
    return {**document, "status": status}


def unknown(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same, after its node has not been heard of for a while."""
    ready = {"type": "Ready", "status": "Unknown", "lastTransitionTime": CREATED}
    return {**document, "status": {**document["status"], "conditions": [ready]}}
