"""The claims on one key -> its unit. One file per kind of unit."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.merge.as_claimed import (
    merge_address_pool,
    merge_address_request,
    merge_bgp_peer,
)
from portico.compiler.merge.backend import merge_backend
from portico.compiler.merge.bgp_route import merge_bgp_route
from portico.compiler.merge.blank import BLANK
from portico.compiler.merge.certificate import merge_certificate
from portico.compiler.merge.frontend import merge_frontend
from portico.compiler.merge.health_port import merge_health_port
from portico.compiler.merge.layer2 import merge_layer2
from portico.compiler.merge.machine import merge_machine
from portico.compiler.merge.node_port import merge_node_port
from portico.compiler.merge.outcome import merge_outcome
from portico.compiler.merge.pool import merge_pool
from portico.compiler.merge.port_request import merge_port_request
from portico.compiler.merge.probe import merge_probe
from portico.compiler.merge.site import merge_site
from portico.plan.key import (
    ADDRESS_POOL,
    ADDRESS_REQUEST,
    BACKEND,
    BGP_PEER,
    BGP_ROUTE,
    CERTIFICATE,
    FRONTEND,
    HEALTH_PORT,
    LAYER2,
    MACHINE,
    NODE_PORT,
    OUTCOME,
    POOL,
    PORT_REQUEST,
    PROBE,
    SITE,
    Key,
)
from portico.plan.plan import Unit

__all__ = ["BLANK", "MERGE", "Merge"]

Merge = Callable[[Key, Sequence[Claim], Look], Unit]

MERGE: Final[Mapping[str, Merge]] = {
    SITE: merge_site,
    BACKEND: merge_backend,
    CERTIFICATE: merge_certificate,
    OUTCOME: merge_outcome,
    MACHINE: merge_machine,
    FRONTEND: merge_frontend,
    NODE_PORT: merge_node_port,
    PORT_REQUEST: merge_port_request,
    POOL: merge_pool,
    PROBE: merge_probe,
    HEALTH_PORT: merge_health_port,
    ADDRESS_POOL: merge_address_pool,
    ADDRESS_REQUEST: merge_address_request,
    LAYER2: merge_layer2,
    BGP_PEER: merge_bgp_peer,
    BGP_ROUTE: merge_bgp_route,
}
