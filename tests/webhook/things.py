"""Objects as an API server would send them."""

import copy
from typing import Any

from model.certificates import pair
from portico.model.decode import decode
from portico.store import Store


def ingress(name="web", host="a.example", path="/", service="cart", **spec: Any) -> Any:
    backend = {"service": {"name": service, "port": {"number": 80}}}
    paths = [{"path": path, "pathType": "Prefix", "backend": backend}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "creationTimestamp": "2026-02-01T00:00:00Z",
            "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}],
        },
        "spec": {"rules": [{"host": host, "http": {"paths": paths}}], **spec},
        "status": {"loadBalancer": {}},
    }


def older(document: Any) -> Any:
    found = copy.deepcopy(document)
    found["metadata"]["creationTimestamp"] = "2025-01-01T00:00:00Z"
    return found


def service(name="cart", **spec: Any) -> Any:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop", "creationTimestamp": None},
        "spec": {"clusterIP": "10.0.0.7", "ports": [{"name": "http", "port": 80}], **spec},
    }


def slice_of(name="cart") -> Any:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{name}-1",
            "namespace": "shop",
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 8080}],
        "endpoints": [{"addresses": ["10.1.0.1"], "conditions": {"ready": True}}],
    }


def ingress_class(name="other", controller="example.com/other") -> Any:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": name},
        "spec": {"controller": controller},
    }


def store_with(*documents: Any) -> Store:
    store = Store()
    for document in documents:
        whole = copy.deepcopy(document)
        whole["metadata"] = {k: v for k, v in whole["metadata"].items() if v is not None}
        store.put(decode(whole))
    return store


def key_pair(*names: str, serial: int = 1):
    return pair(*names, serial=serial)
