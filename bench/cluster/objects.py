"""The apps of bench/manifests.py as an API server has them, with all that others write there."""

from typing import Any, Final

from bench.manifests import App

PATHS: Final = ("/p0", "/p1")

MANAGED: Final = [
    {
        "manager": "kubectl-client-side-apply",
        "operation": "Update",
        "apiVersion": "v1",
        "time": "2026-01-01T00:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": {
            "f:metadata": {"f:annotations": {".": {}}, "f:labels": {".": {}}},
            "f:spec": {"f:ports": {".": {}}, "f:selector": {}, "f:type": {}, "f:rules": {}},
            "f:status": {"f:loadBalancer": {"f:ingress": {}}},
        },
    }
]

APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


def documents(one: App) -> list[dict[str, Any]]:
    return [service(one), endpoint_slice(one), ingress(one)]


def service(one: App) -> dict[str, Any]:
    spec = {
        "clusterIP": "None",
        "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": one.port}],
        "selector": {"app.kubernetes.io/name": one.name},
        "sessionAffinity": "None",
        "type": "ClusterIP",
    }
    return {**_head("v1", "Service", one.name), "spec": spec, "status": {"loadBalancer": {}}}


def endpoint_slice(one: App) -> dict[str, Any]:
    made = _head("discovery.k8s.io/v1", "EndpointSlice", f"{one.name}-1")
    made["metadata"]["labels"] = {
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": one.name,
    }
    endpoints = [
        {
            "addresses": [address],
            "conditions": {"ready": True, "serving": True, "terminating": False},
            "nodeName": f"node-{number}",
            "targetRef": {"kind": "Pod", "name": f"{one.name}-{number}", "namespace": "bench"},
            "zone": "zone-a",
        }
        for number, address in enumerate(one.addresses)
    ]
    ports = [{"name": "http", "port": one.port, "protocol": "TCP"}]
    return {**made, "addressType": "IPv4", "endpoints": endpoints, "ports": ports}


def ingress(one: App) -> dict[str, Any]:
    backend = {"service": {"name": one.name, "port": {"number": 80}}}
    paths = [{"path": path, "pathType": "Prefix", "backend": backend} for path in one.paths]
    made = _head("networking.k8s.io/v1", "Ingress", one.name)
    made["metadata"]["annotations"] = {
        "nginx.ingress.kubernetes.io/ssl-redirect": "false",
        APPLIED: "x" * 800,
    }
    rules = [{"host": one.host, "http": {"paths": paths}}]
    return {**made, "spec": {"ingressClassName": "portico", "rules": rules}}


def _head(version: str, kind: str, name: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "bench", "managedFields": MANAGED}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}
