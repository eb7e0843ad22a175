"""The objects that the contract is tried on."""

from typing import Any


def config_map(name: str, labels: dict[str, str] | None = None, **data: str) -> dict[str, Any]:
    metadata = {"name": name, "labels": labels or {}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def service(name: str, *ports: int) -> dict[str, Any]:
    listed = [{"name": f"p{port}", "port": port, "protocol": "TCP"} for port in ports]
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"ports": listed, "selector": {"app": name}}}  # fmt: skip


def ingress(name: str, path: str = "/", path_type: str | None = "Prefix") -> dict[str, Any]:
    backend = {"service": {"name": "shop", "port": {"number": 80}}}
    rule = {"path": path, "backend": backend} | ({"pathType": path_type} if path_type else {})
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name},
            "spec": {"rules": [{"host": "shop.example", "http": {"paths": [rule]}}]}}  # fmt: skip


def lease(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name},
            "spec": {"holderIdentity": "a", "leaseDurationSeconds": 15, **spec}}  # fmt: skip


def secret(name: str, kind: str = "Opaque", **text: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": {"name": name},
            "stringData": text}  # fmt: skip


def event(name: str, namespace: str, **changes: Any) -> dict[str, Any]:
    return {
        "apiVersion": "events.k8s.io/v1", "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "eventTime": "2026-01-01T00:00:00.000000Z",
        "reportingController": "portico.example/controller", "reportingInstance": "portico-0",
        "action": "Compile", "reason": "Refused", "type": "Warning", "note": "no such Service",
        "regarding": {"apiVersion": "v1", "kind": "Service", "name": "shop",
                      "namespace": namespace},
        **changes,
    }  # fmt: skip


def definition(group: str) -> dict[str, Any]:
    names = {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"}
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
               "schema": {"openAPIV3Schema": schema}}  # fmt: skip
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [version]},
    }  # fmt: skip


def widget(group: str, name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": name}, **more}
