"""The node ports of a Service: those it names, and those it is given."""

from collections.abc import Iterable

from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_families import families_of
from portico.compiler.lower.service_pools import Pools
from portico.compiler.lower.service_ports import Port
from portico.compiler.nodes import WITH_NODE_PORTS
from portico.compiler.wants_l4 import HealthPortWant, NodePortWant, PortRequestWant
from portico.model.core import Service
from portico.model.local import NodePortLease, lease_name
from portico.plan.frontend import node_port_key, port_request_key
from portico.plan.health_port import health_port_key
from portico.plan.transport import Transport
from portico.plan.verdict import Because
from portico.settings import Entry, Via


class NodePorts:
    """Nothing is served at node ports where this machine is only in front of the nodes."""

    def __init__(self, fact: Service, look: Look, petition: Petition) -> None:
        self._fact = fact
        self._look = look
        self._petition = petition
        self.is_asked = (
            fact.spec.type in WITH_NODE_PORTS
            and look.settings.via is Via.ENDPOINTS
            and Entry.NODE_PORT in look.settings.entries
        )

    def claim(self, port: Port, pools: Pools) -> None:
        """Claim the node port, and ask for one if the Service names none."""
        if not self.is_asked:
            return
        field = f"{port.field}.nodePort"
        if port.node_port:
            if self._is_in_range(port.transport, port.node_port, field):
                self._claim(port, pools, port.node_port)
        elif _is_to_be_given_one(self._fact) and (number := self._given(port)):
            self._claim(port, pools, number)

    def claim_health_port(self, ports: Iterable[Port]) -> None:
        """Where `externalTrafficPolicy: Local` lets load balancers ask who has endpoints."""
        spec, number = self._fact.spec, self._fact.spec.health_check_node_port
        is_meant = spec.type == "LoadBalancer" and spec.external_traffic_policy == "Local"
        settings = self._look.settings
        is_served = settings.entries & {Entry.NODE_PORT, Entry.LOAD_BALANCER}
        if not (is_meant and number and is_served) or settings.via is Via.NODE_PORT:
            return
        field = "spec.healthCheckNodePort"
        if not self._is_in_range(Transport.TCP, number, field):
            return
        ref, origin = self._petition.ref, self._petition.origin(field)
        named = tuple((port.spec.name, port.transport) for port in ports)
        publishes = spec.publish_not_ready_addresses
        health = HealthPortWant(number, ref, named, publishes, origin)
        self._petition.claim(health_port_key(number), health)
        if self.is_asked:
            kept = NodePortWant(number, Transport.TCP, ref, 0, (), origin)
            self._petition.claim(node_port_key(Transport.TCP, number), kept)

    def _claim(self, port: Port, pools: Pools, number: int) -> None:
        families, is_assumed = families_of(self._fact)
        asked = (
            pools.forwarding(port, Entry.NODE_PORT, family, is_assumed=is_assumed)
            for family in families
        )
        forwardings = tuple(found for found in asked if found)
        key = node_port_key(port.transport, number)
        if not forwardings:  # its traffic policy is refused
            self._petition.mention(key)
            return
        want = NodePortWant(
            number,
            port.transport,
            self._petition.ref,
            port.number,
            forwardings,
            self._petition.origin(f"{port.field}.nodePort"),
            is_leased=not port.node_port,
        )
        self._petition.claim(key, want)

    def _is_in_range(self, transport: Transport, number: int, field: str) -> bool:
        first, last = self._look.settings.node_port_range
        if first <= number <= last:
            return True
        because = Because.NODE_PORT_OUT_OF_RANGE
        self._petition.refuse(field, because, f"{number} is not in {first}-{last}")
        self._petition.mention(node_port_key(transport, number))
        return False

    def _given(self, port: Port) -> int:
        """The port that was chosen for it; 0 as long as there is none."""
        ref = self._petition.ref
        key = port_request_key(ref, port.number, port.transport)
        origin = self._petition.origin(port.field)
        self._petition.claim(key, PortRequestWant(ref, port.number, port.transport, origin))
        name = lease_name(ref.name, port.number, port.transport)
        lease = self._look.get(NodePortLease, ref.namespace, name)
        first, last = self._look.settings.node_port_range
        return lease.node_port if lease and first <= lease.node_port <= last else 0


def _is_to_be_given_one(fact: Service) -> bool:
    return fact.spec.type == "NodePort" or fact.spec.allocate_load_balancer_node_ports
