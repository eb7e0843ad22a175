"""Services, endpoints and nodes, said in few words. JSON is YAML, too."""

import json
from typing import Any

from examples.netns.network import Space

PORT = 8080
"""Where backends listen, unless said otherwise."""

Document = dict[str, Any]


def port(number: int, node_port: int = 0, **more: Any) -> Document:
    """A Service port; on the backends it is 8080."""
    found: Document = {"name": f"p{number}", "port": number, "targetPort": PORT, **more}
    return {**found, "nodePort": node_port} if node_port else found


def service(name: str, *ports: Document, notes: Document | None = None, **spec: Any) -> str:
    """A Service of type LoadBalancer, unless `type` says otherwise."""
    return _text(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": "shop", "annotations": notes or {}},
            "spec": {"type": "LoadBalancer", "ports": ports, **spec},
        }
    )


def endpoints(
    name: str, *backends: int, ports: tuple[Document, ...] = (), **conditions: bool
) -> str:
    """Backends by number, in IPv4; port p80 at 8080 unless `ports` says otherwise."""
    named = ports or ({"name": "p80", "port": PORT},)
    return _text(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": f"{name}-1",
                "namespace": "shop",
                "labels": {"kubernetes.io/service-name": name},
            },
            "addressType": "IPv4",
            "ports": named,
            "endpoints": [
                {"addresses": [f"10.2.0.{10 + number}"], "conditions": conditions}
                for number in backends
            ],
        }
    )


def node(space: Space, *, excluded: bool = False, leaving: bool = False) -> str:
    """A node by its space; `leaving` as the cluster autoscaler says it."""
    number = {"node-a": 31, "node-b": 32, "node-c": 33}[space.name]
    labels = {"node.kubernetes.io/exclude-from-external-load-balancers": ""} if excluded else {}
    taint = {"key": "ToBeDeletedByClusterAutoscaler", "value": "1", "effect": "NoSchedule"}
    addresses = (f"192.0.2.{number}", f"2001:db8:1::{number}")
    return _text(
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": space.name, "labels": labels},
            "spec": {"taints": [taint] if leaving else []},
            "status": {"addresses": [{"type": "InternalIP", "address": a} for a in addresses]},
        }
    )


def _text(document: Document) -> str:
    return json.dumps(document) + "\n"
