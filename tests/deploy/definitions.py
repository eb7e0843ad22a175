"""Kinds of others that the chart makes objects of where it is asked to."""

from typing import Any


def _defined(group: str, plural: str, kind: str) -> dict[str, Any]:
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object"}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": kind},
            "versions": [version],
        },
    }


OF_OTHERS = (
    _defined("monitoring.coreos.com", "servicemonitors", "ServiceMonitor"),
    _defined("cert-manager.io", "issuers", "Issuer"),
    _defined("cert-manager.io", "certificates", "Certificate"),
)
