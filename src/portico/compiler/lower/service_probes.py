"""The nodes behind a Service are asked for their health; Services share the probes."""

from portico.compiler.health_check import KUBE_PROXY_PORT, HealthCheck, health_check
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_annotations import refuse_unusable_checks
from portico.compiler.nodes import node_address, node_flaw, node_port_of
from portico.compiler.wants_l4 import ProbeWant
from portico.model.core import NODES, Node, Service
from portico.plan.probe import probe_key


def claim_probes(fact: Service, look: Look, petition: Petition) -> None:
    """Whoever reaches the Service through node ports, at layer 4 or 7, relies on these."""
    ports = [port for port in fact.spec.ports if node_port_of(fact, port)]
    if not ports:
        return
    refuse_unusable_checks(fact, petition)
    tried: dict[HealthCheck, list[int]] = {}
    for port in ports:
        numbers = tried.setdefault(health_check(fact, port), [])
        if port.protocol == "TCP":
            numbers.append(port.node_port)
    origin = petition.origin("spec.ports")
    wants = [
        ProbeWant(*check, tuple(numbers) if check.port == KUBE_PROXY_PORT else (), origin)
        for check, numbers in tried.items()
    ]
    for node in look.group(Node, NODES):
        if node_flaw(node) or node_address(node) is None:
            continue
        for want in wants:
            petition.claim_aside(probe_key(node.metadata.name, want.port), want)
