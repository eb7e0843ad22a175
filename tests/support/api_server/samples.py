"""Objects as clusters have them."""

from typing import Any


def endpoint_slice(number: int, version: int = 1, namespace: str = "") -> dict[str, Any]:
    """A slice of 1.6 KB: three endpoints, and what managers leave in metadata."""
    service, namespace = f"service-{number}", namespace or f"team-{number % 100}"
    third, fourth = divmod(number, 250)
    fields = {"f:addressType": {}, "f:endpoints": {}, "f:metadata": {"f:labels": {".": {}}},
              "f:ports": {}}  # fmt: skip
    endpoints = [
        {
            "addresses": [f"10.{at}.{third % 250}.{fourth}"],
            "conditions": {"ready": True, "serving": True, "terminating": False},
            "nodeName": f"node-{(number + at) % 500}",
            "targetRef": {
                "kind": "Pod", "name": f"{service}-5d4f8c7b9-{version}{at}zq",
                "namespace": namespace,
                "uid": f"0f8fad5b-d9cb-469f-a165-{number:06d}{at:06d}",
            },
            "zone": "zone-a",
        }
        for at in range(3)
    ]  # fmt: skip
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{service}-x7k2p",
            "namespace": namespace,
            "generateName": f"{service}-",
            "generation": version,
            "labels": {
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                "kubernetes.io/service-name": service,
            },
            "ownerReferences": [{
                "apiVersion": "v1", "kind": "Service", "name": service, "controller": True,
                "blockOwnerDeletion": True, "uid": f"7c9e6679-7425-40de-944b-{number:012d}",
            }],
            "managedFields": [{
                "manager": "kube-controller-manager", "operation": "Update",
                "apiVersion": "discovery.k8s.io/v1", "time": "2025-01-01T00:00:00Z",
                "fieldsType": "FieldsV1", "fieldsV1": fields,
            }],
        },
        "addressType": "IPv4",
        "endpoints": endpoints,
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    }  # fmt: skip
