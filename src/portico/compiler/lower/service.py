"""Service -> claims on the ways into it at layer 4, and on the pools behind them."""

from collections.abc import Iterator, Sequence
from typing import Final

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_addresses import Entrance, entrances, is_headless
from portico.compiler.lower.service_annotations import refuse_unusable_checks
from portico.compiler.lower.service_announcing import announce
from portico.compiler.lower.service_node_ports import NodePorts
from portico.compiler.lower.service_pools import Pools
from portico.compiler.lower.service_ports import Port, ports_of
from portico.compiler.lower.service_request import give_back
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
    is_ours = not look.settings.rooms.isdisjoint({Room.L4, Room.LB})
    if flaw := _flaw(fact):
        petition.refuse(*flaw)
        if is_ours:
            _mention(fact, look, petition)
            give_back(fact, petition)
    elif fact.spec.type in TYPES and not is_headless(fact):
        if is_ours:
            _ask(fact, look, petition)
        if look.settings.via is Via.NODE_PORT:
            refuse_unusable_checks(fact, petition)
    elif is_ours:
        give_back(fact, petition)
    yield from petition.claims_if_any()


def _flaw(fact: Service) -> tuple[str, Because, str] | None:
    """Why nothing of a Service is served that asks for something: field, cause, detail."""
    spec = fact.spec
    if spec.type == "ExternalName":
        return None
    if spec.type not in TYPES:
        return "spec.type", Because.TYPE_UNKNOWN, repr(spec.type)
    if is_headless(fact):
        if not spec.external_ips and spec.type == "ClusterIP":
            return None
        field = "spec.externalIPs" if spec.external_ips else "spec.type"
        return field, Because.HEADLESS, field
    if (name := fact.metadata.labels.get(ELSEWHERE)) is not None:
        return f'metadata.labels["{ELSEWHERE}"]', Because.CLASS_ELSEWHERE, repr(name)
    return None


def _mention(fact: Service, look: Look, petition: Petition) -> None:
    """Who asks about one of its addresses or ports is told why nothing is served there."""
    unheard = Petition(fact)
    _ask(fact, look, unheard)
    for key in unheard.about:
        petition.mention(key)


def _ask(fact: Service, look: Look, petition: Petition) -> None:
    found = entrances(fact, look, petition)
    if Room.LB in look.settings.rooms:
        announce(fact, found, look, petition)
    if Room.L4 in look.settings.rooms:
        _forward(fact, look, petition, found)


def _forward(fact: Service, look: Look, petition: Petition, found: Sequence[Entrance]) -> None:
    node_ports = NodePorts(fact, look, petition)
    if not (found or node_ports.is_asked or any(port.node_port for port in fact.spec.ports)):
        return
    pools = Pools(fact, look.settings, found, petition)
    ports = ports_of(fact, petition)
    for port in ports:
        is_unreachable = look.settings.via is Via.NODE_PORT and not port.node_port
        if found and is_unreachable:
            petition.refuse(port.field, Because.NODE_PORT_MISSING, str(port))
        for entrance in found:
            key = frontend_key(port.transport, entrance.address, port.number)
            want = None if is_unreachable else _frontend(entrance, port, pools, petition)
            if want:
                petition.claim(key, want)
            else:
                petition.mention(key)
        node_ports.claim(port, pools)
    node_ports.claim_health_port(ports)


def _frontend(
    entrance: Entrance, port: Port, pools: Pools, petition: Petition
) -> FrontendWant | None:
    """None if its traffic policy or its source ranges are refused."""
    entry, address, family, field, is_assumed = entrance
    forwarding = pools.forwarding(port, entry, family, is_assumed=is_assumed)
    if forwarding is None:
        return None
    origin = petition.origin(field)
    return FrontendWant(
        entry, address, port.number, port.transport, petition.ref, forwarding, origin
    )
