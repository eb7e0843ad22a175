"""Node -> claims on its probes: what Services behind node ports want to know of every node.

A node claims them, not the Services: a Service would have to claim one at each node.
"""

from collections.abc import Iterator

from portico.compiler.claim import Claim, rank_of
from portico.compiler.health_check import KUBE_PROXY_PORT, HealthCheck, health_check
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.compiler.nodes import node_address, node_flaw, node_port_of
from portico.compiler.wants_l4 import ProbeWant
from portico.model.core import NAMING_NODE_PORTS, Node, Service
from portico.plan.probe import probe_key
from portico.plan.verdict import Because


def lower_node(fact: Node, look: Look) -> Iterator[Claim]:
    """A node that gets no traffic anyway needs neither probes nor an address."""
    petition = Petition(fact)
    if not node_flaw(fact):
        place = node_address(fact)
        if place is None:
            name = fact.metadata.name
            petition.refuse("status.addresses", Because.NODE_WITHOUT_ADDRESS, name)
        else:
            for check, connect_ports in look.shared(checks_wanted):
                want = ProbeWant(place[0], check, connect_ports)
                petition.claim_aside(probe_key(fact.metadata.name, check.port), want)
    yield from petition.claims_if_any()


def checks_wanted(look: Look) -> tuple[tuple[HealthCheck, tuple[int, ...]], ...]:
    """One check a port, as quick and as strict as the strictest Service asks, and which node ports
    are tried instead. The oldest Service says which path is asked for.
    """
    checks: dict[int, HealthCheck] = {}
    tried: dict[int, set[int]] = {}
    services = look.group(Service, NAMING_NODE_PORTS)
    for service in sorted(services, key=lambda s: rank_of(s.metadata.creation_timestamp, s.ref)):
        for port in service.spec.ports:
            if not (node_port := node_port_of(service, port)):
                continue
            check = health_check(service, port)
            checks[check.port] = _stricter(checks.get(check.port, check), check)
            numbers = tried.setdefault(check.port, set())
            if port.protocol == "TCP" and check.port == KUBE_PROXY_PORT:
                numbers.add(node_port)
    return tuple((checks[port], tuple(sorted(tried[port]))) for port in sorted(checks))


def _stricter(one: HealthCheck, other: HealthCheck) -> HealthCheck:
    return HealthCheck(
        one.port,
        one.path,
        min(one.interval, other.interval),
        min(one.timeout, other.timeout),
        min(one.healthy, other.healthy),
        min(one.unhealthy, other.unhealthy),
    )
