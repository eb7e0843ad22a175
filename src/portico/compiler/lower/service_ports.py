"""The ports of a Service that can be told apart and spoken to."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from portico.compiler.lower.petition import Petition
from portico.compiler.nodes import node_port_of
from portico.model.core import Service, ServicePort
from portico.plan.frontend import node_port_key
from portico.plan.transport import Transport
from portico.plan.verdict import Because

TRANSPORTS: Final[Mapping[str, Transport]] = {kind.upper(): kind for kind in Transport}


class Port(NamedTuple):
    """One port of a Service. Without a node port of its own, `node_port` is 0."""

    number: int
    transport: Transport
    node_port: int
    field: str
    spec: ServicePort

    def __str__(self) -> str:
        return f"{self.number}/{self.spec.protocol}"


def ports_of(fact: Service, petition: Petition) -> list[Port]:
    """In the order of the Service; what cannot be served is refused."""
    found: dict[tuple[int, Transport], Port] = {}
    for index, spec in enumerate(fact.spec.ports):
        field = f"spec.ports[{index}]"
        transport = TRANSPORTS.get(spec.protocol)
        if transport is None:
            petition.refuse(f"{field}.protocol", Because.PROTOCOL_UNKNOWN, repr(spec.protocol))
            continue
        port = Port(spec.port, transport, node_port_of(fact, spec), field, spec)
        if found.setdefault((port.number, transport), port) is not port:
            petition.refuse(field, Because.PORT_REPEATED, str(port))
        if spec.node_port and not port.node_port:
            petition.refuse(f"{field}.nodePort", Because.NODE_PORT_UNUSED, str(spec.node_port))
            petition.mention(node_port_key(transport, spec.node_port))
    return list(found.values())
