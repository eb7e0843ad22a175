"""A cluster in which there is something to do for every right that Portico has."""

import base64
from typing import Any

from live.cluster_status.objects import service, slices
from model.certificates import pair

NAMESPACE = "shop"
ENTRY = "192.0.2.80"


def ingress(name: str, backend: str, class_name: str, secret: str = "") -> dict[str, Any]:
    target = {"service": {"name": backend, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": target}
    host = f"{name}.example"
    tls = {"tls": [{"hosts": [host], "secretName": secret}]} if secret else {}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "ingressClassName": class_name,
            "rules": [{"host": host, "http": {"paths": [path]}}],
            **tls,
        },
    }


def secret(name: str) -> dict[str, Any]:
    made = pair(f"{name}.example")
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "data": {
            "tls.crt": base64.b64encode(made.chain).decode(),
            "tls.key": base64.b64encode(made.key).decode(),
        },
    }


def town(class_name: str) -> list[dict[str, Any]]:
    """One Ingress that is served, and of each kind one object that is not."""
    lost = slices("shop")
    lost["metadata"]["name"] = "lost"
    lost["endpoints"] = [{"addresses": ["224.0.0.1"]}]
    objects = [
        service("shop", clusterIP="10.96.0.6"),
        slices("shop"),
        lost,
        service("odd", clusterIP="10.96.0.7", externalIPs=["127.0.0.1"]),
    ]
    for each in objects:
        each["metadata"]["namespace"] = NAMESPACE
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"},
            "status": {"addresses": [{"type": "InternalIP", "address": ENTRY}]}}  # fmt: skip
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        node,
        *objects,
        secret("good"),
        ingress("good", "shop", class_name, "good"),
        ingress("bad", "nobody", class_name, "not-there"),
    ]


def pools() -> list[dict[str, Any]]:
    """One of each product, with something wrong, and a Service that gets an address."""
    spec = {"addresses": ["198.51.100.0/28", "here"]}
    metadata = {"name": "edge", "namespace": NAMESPACE}
    balanced = service("balanced", type="LoadBalancer", clusterIP="10.96.0.8")
    balanced["metadata"]["namespace"] = NAMESPACE
    return [
        {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool", "metadata": metadata,
         "spec": spec},
        {"apiVersion": "network.kubesphere.io/v1alpha2", "kind": "Eip",
         "metadata": {"name": "edge"}, "spec": {"address": "here"}},
        balanced,
    ]  # fmt: skip
