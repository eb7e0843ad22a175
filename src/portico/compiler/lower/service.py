"""Service -> claims on the ways into it at layer 4, and on the pools behind them."""

from collections.abc import Iterator
from typing import Final

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_addresses import Entrance, entrances, is_headless
from portico.compiler.lower.service_annotations import refuse_unusable_checks
from portico.compiler.lower.service_node_ports import NodePorts
from portico.compiler.lower.service_pools import Pools
from portico.compiler.lower.service_ports import Port, ports_of
from portico.compiler.wants_l4 import FrontendWant
from portico.model.core import Service
from portico.plan.frontend import frontend_key
from portico.plan.verdict import Because
from portico.settings import Room, Via

ELSEWHERE: Final = "service.kubernetes.io/service-proxy-name"
"""The label of Services that another program serves in place of kube-proxy."""

TYPES: Final = frozenset({"ClusterIP", "NodePort", "LoadBalancer"})


def lower_service(fact: Service, look: Look) -> Iterator[Claim]:
    """A Service that has no address and no node port of its own asks for nothing."""
    petition = Petition(fact)
    if _is_balanced(fact, petition):
        if Room.L4 in look.settings.rooms:
            _ask(fact, look, petition)
        if look.settings.via is Via.NODE_PORT:
            refuse_unusable_checks(fact, petition)
    yield from petition.claims_if_any()


def _is_balanced(fact: Service, petition: Petition) -> bool:
    spec = fact.spec
    if spec.type == "ExternalName":
        return False
    if spec.type not in TYPES:
        petition.refuse("spec.type", Because.TYPE_UNKNOWN, repr(spec.type))
        return False
    if is_headless(fact):
        if spec.external_ips or spec.type != "ClusterIP":
            field = "spec.externalIPs" if spec.external_ips else "spec.type"
            petition.refuse(field, Because.HEADLESS, field)
        return False
    if (name := fact.metadata.labels.get(ELSEWHERE)) is not None:
        field = f'metadata.labels["{ELSEWHERE}"]'
        petition.refuse(field, Because.CLASS_ELSEWHERE, repr(name))
        return False
    return True


def _ask(fact: Service, look: Look, petition: Petition) -> None:
    found = entrances(fact, look, petition)
    node_ports = NodePorts(fact, look, petition)
    if not (found or node_ports.is_asked or any(port.node_port for port in fact.spec.ports)):
        return
    pools = Pools(fact, look.settings, found, petition)
    ports = ports_of(fact, petition)
    for port in ports:
        if found and look.settings.via is Via.NODE_PORT and not port.node_port:
            petition.refuse(port.field, Because.NODE_PORT_MISSING, str(port))
            continue
        for entrance in found:
            _claim_frontend(entrance, port, pools, petition)
        node_ports.claim(port, pools)
    node_ports.claim_health_port(ports)


def _claim_frontend(entrance: Entrance, port: Port, pools: Pools, petition: Petition) -> None:
    entry, address, family, field, is_assumed = entrance
    forwarding = pools.forwarding(port, entry, family, is_assumed=is_assumed)
    if forwarding is None:
        return
    key = frontend_key(port.transport, address, port.number)
    origin = petition.origin(field)
    petition.claim(
        key,
        FrontendWant(entry, address, port.number, port.transport, petition.ref, forwarding, origin),
    )
