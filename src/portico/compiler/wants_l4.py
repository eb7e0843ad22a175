"""What Services and this machine ask for at layer 4."""

from msgspec import Struct

from portico.compiler.health_check import HealthCheck
from portico.model.ref import Ref
from portico.plan.frontend import Forwarding
from portico.plan.key import Origin
from portico.plan.pool import PoolName
from portico.plan.transport import Transport
from portico.settings import Entry, Pick


class FrontendWant(Struct, frozen=True, gc=False):
    """A Service port is to be reached at an address."""

    entry: Entry
    address: str
    port: int
    transport: Transport
    service: Ref
    forwarding: Forwarding
    origin: Origin


class NodePortWant(Struct, frozen=True, gc=False):
    """A Service port is to be reached at a node port.

    Without forwardings the port is only to be kept free, for the health check of the Service.
    """

    port: int
    transport: Transport
    service: Ref
    service_port: int
    forwardings: tuple[Forwarding, ...]
    origin: Origin
    is_leased: bool = False


class PortRequestWant(Struct, frozen=True, gc=False):
    """A Service port is to be given a node port."""

    service: Ref
    service_port: int
    transport: Transport
    origin: Origin


class Reach(Struct, frozen=True, gc=False):
    """How the endpoints of one Service port are found and picked; all its pools share it.

    `own` are the addresses and ports at which the Service itself is reached. Through node ports,
    `node_port` is where the nodes are reached, and `check_port` where their health is asked.
    """

    port_name: str
    own: frozenset[tuple[str, int]]
    node_port: int = 0
    check_port: int = 0
    publishes_not_ready: bool = False
    distribution: str = ""
    pick: Pick = Pick.RANDOM
    affinity: int = 0


class PoolWant(Struct, frozen=True, gc=False):
    """Connections are to be spread over the endpoints or nodes of a Service port.

    An assumed family is one of which the Service says nothing: it may well have no endpoints there.
    """

    name: PoolName
    reach: Reach
    origin: Origin
    is_assumed: bool = False


class ProbeWant(Struct, frozen=True, gc=False):
    """A node is to be asked for its health, as all Services together want it."""

    address: str
    check: HealthCheck
    connect_ports: tuple[int, ...]


class HealthPortWant(Struct, frozen=True, gc=False):
    """Load balancers in front of this machine are to be told whether it has endpoints.

    `ports` are the names and transports of the Service's ports.
    """

    port: int
    service: Ref
    ports: tuple[tuple[str, Transport], ...]
    publishes_not_ready: bool
    origin: Origin


class MachineWant(Struct, frozen=True, gc=False):
    """The addresses of this machine are to be used as the settings say."""

    addresses: tuple[str, ...]
    node_port_addresses: tuple[str, ...]
    load_balancer_addresses: tuple[str, ...]


L4Want = (
    FrontendWant
    | NodePortWant
    | PortRequestWant
    | PoolWant
    | ProbeWant
    | HealthPortWant
    | MachineWant
)
