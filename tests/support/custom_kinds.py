"""The definitions of kinds that a cluster has only where somebody installs them."""

from collections.abc import Iterable
from typing import Any

from portico.sources.cluster.kinds import LOAD_BALANCING, Kind


def definitions(kinds: Iterable[Kind] = LOAD_BALANCING) -> list[dict[str, Any]]:
    """All of them have a status of their own. Their schema allows everything."""
    return [_definition(kind) for kind in kinds]


def _definition(kind: Kind) -> dict[str, Any]:
    resource = kind.resource
    version = {
        "name": resource.version,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": {"type": "object", "x-preserve-unknown-fields": True}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{resource.plural}.{resource.group}"},
        "spec": {
            "group": resource.group,
            "names": {"plural": resource.plural, "kind": resource.kind},
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "versions": [version],
        },
    }
