"""Which nodes can be sent traffic, as the controllers of clouds decide it, and where.

That a node is not ready does not matter (KEP-3458): its health is asked, not guessed.
"""

from typing import Final

from portico.compiler.address import dialable
from portico.model.core import Node, Service, ServicePort
from portico.plan.key import Origin
from portico.plan.transport import Family, family_of

EXCLUDED: Final = "node.kubernetes.io/exclude-from-external-load-balancers"
GOING: Final = "ToBeDeletedByClusterAutoscaler"

KINDS_OF_ADDRESS: Final = ("InternalIP", "ExternalIP")
"""In this order they are looked for."""

WITH_NODE_PORTS: Final = frozenset({"NodePort", "LoadBalancer"})
"""The types of Services that can have node ports."""


def node_port_of(service: Service, port: ServicePort) -> int:
    """At which port nodes serve it, as far as the Service itself says; 0: at none."""
    return port.node_port if service.spec.type in WITH_NODE_PORTS else 0


def node_flaw(node: Node) -> str:
    """Why a node gets no new connections; empty if it may."""
    if node.metadata.deletion_timestamp:
        return "the node is being deleted"
    if EXCLUDED in node.metadata.labels:  # whatever its value
        return "the node is excluded from load balancers by its label"
    if any(taint.key == GOING for taint in node.spec.taints):
        return "the node is being removed by the cluster autoscaler"
    return ""


def node_address(node: Node, family: Family | None = None) -> tuple[str, Origin] | None:
    """Where a node is reached, and which field says so. Without a family: in either."""
    for kind in KINDS_OF_ADDRESS:
        for index, found in enumerate(node.status.addresses):
            address = dialable(found.address, accepts_loopback=True) if found.type == kind else None
            if address and family in (None, family_of(address)):
                return address, Origin(node.ref, f"status.addresses[{index}].address")
    return None
