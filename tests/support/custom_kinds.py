"""The definitions of kinds that a cluster has only where somebody installs them."""

from collections.abc import Iterable
from typing import Any

from portico.kube.api.resource import Resource
from portico.sources.cluster.kinds import LOAD_BALANCING
from portico.status.configuration import STATES

KINDS = (*(kind.resource for kind in LOAD_BALANCING), STATES)


def definitions(resources: Iterable[Resource] = KINDS) -> list[dict[str, Any]]:
    """All of them have a status of their own. Their schema allows everything."""
    return [_definition(resource) for resource in resources]


def _definition(resource: Resource) -> dict[str, Any]:
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
