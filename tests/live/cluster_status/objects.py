"""The objects of these stories."""

from typing import Any


def ingress(name: str, class_name: str = "portico", service: str = "shop") -> dict[str, Any]:
    """One of a host of its own, so that nobody is in its way."""
    backend = {"service": {"name": service, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rule = {"host": f"{name}.example", "http": {"paths": [path]}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name},
        "spec": {"ingressClassName": class_name, "rules": [rule]},
    }


def service(name: str = "shop", **spec: Any) -> dict[str, Any]:
    ports = [{"name": "http", "port": 80, "protocol": "TCP"}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": ports, "selector": {"app": name}, **spec},
    }


def slices(name: str = "shop") -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": f"{name}-1", "labels": {"kubernetes.io/service-name": name}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.1.0.1"], "conditions": {"ready": True}}],
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    }


def node(name: str, **addresses: str) -> dict[str, Any]:
    listed = [{"type": kind, "address": address} for kind, address in addresses.items()]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"addresses": listed},
    }


def pod(name: str, node_name: str, **labels: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": "portico", **labels}},
        "spec": {"nodeName": node_name, "containers": [{"name": "portico", "image": "portico"}]},
    }


def ready(is_ready: bool = True) -> dict[str, Any]:
    condition = {"type": "Ready", "status": "True" if is_ready else "False"}
    return {"phase": "Running", "conditions": [condition]}
