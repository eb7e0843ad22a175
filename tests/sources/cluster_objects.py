"""Objects as they stand in a cluster."""

import base64
from typing import Any

from model.certificates import pair


def named(kind: str, name: str, namespace: str = "shop", **more: Any) -> dict[str, Any]:
    versions = {
        "Ingress": "networking.k8s.io/v1",
        "IngressClass": "networking.k8s.io/v1",
        "EndpointSlice": "discovery.k8s.io/v1",
        "IPAddressPool": "metallb.io/v1beta1",
        "BGPPeer": "metallb.io/v1beta2",
    }
    metadata = {"name": name, "managedFields": [{"manager": "kubectl", "operation": "Update"}]}
    if kind not in ("IngressClass", "Node", "Namespace"):
        metadata["namespace"] = namespace
    return {"apiVersion": versions.get(kind, "v1"), "kind": kind, "metadata": metadata, **more}


def service(name: str, port: int = 80, namespace: str = "shop") -> dict[str, Any]:
    return named("Service", name, namespace, spec={"ports": [{"port": port}]})


def pool(name: str, *ranges: str) -> dict[str, Any]:
    return named("IPAddressPool", name, "home", spec={"addresses": list(ranges)})


def bgp_peer(name: str, secret: str) -> dict[str, Any]:
    spec = {
        "myASN": 1,
        "peerASN": 2,
        "peerAddress": "192.0.2.1",
        "passwordSecret": {"name": secret},
    }
    return named("BGPPeer", name, spec=spec)


def namespace(name: str, **labels: str) -> dict[str, Any]:
    made = named("Namespace", name)
    made["metadata"]["labels"] = labels
    return made


def endpoint_slice(service: str, *addresses: str, port: int = 8080) -> dict[str, Any]:
    made = named(
        "EndpointSlice",
        f"{service}-1",
        addressType="IPv4",
        endpoints=[{"addresses": [address]} for address in addresses],
        ports=[{"name": "", "port": port, "protocol": "TCP"}],
    )
    made["metadata"]["labels"] = {"kubernetes.io/service-name": service}
    return made


def ingress(name: str, host: str, service: str, *, secret: str = "", **more: Any) -> dict[str, Any]:
    backend = {"service": {"name": service, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    spec: dict[str, Any] = {"rules": [{"host": host, "http": {"paths": [path]}}]}
    if secret:
        spec["tls"] = [{"hosts": [host], "secretName": secret}]
    return named("Ingress", name, spec=spec, **more)


def secret(name: str, *hosts: str, of_type: str = "kubernetes.io/tls") -> dict[str, Any]:
    made = pair(*hosts)
    data = {"tls.crt": made.chain, "tls.key": made.key}
    encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
    return named("Secret", name, type=of_type, data=encoded)


def shop(*names: str) -> list[dict[str, Any]]:
    """A Service, a slice and an Ingress each."""
    return [
        each
        for number, name in enumerate(names, 1)
        for each in (
            service(name),
            endpoint_slice(name, f"10.0.0.{number}"),
            ingress(name, f"{name}.example", name),
        )
    ]
