"""Where layer-4 clients connect, and what becomes of their connections."""

from dataclasses import dataclass
from enum import StrEnum

from portico.model.ref import Ref
from portico.plan.key import FRONTEND, NODE_PORT, PORT_REQUEST, Key, Origin
from portico.plan.transport import Family, Transport
from portico.plan.verdict import Refusal
from portico.settings import Entry, Network


class Masquerade(StrEnum):
    """Whose connections get this machine's address as source. An endpoint that reaches itself
    always does: otherwise it would answer itself directly.
    """

    ALWAYS = "always"
    OUTSIDERS = "outsiders"
    """All but those that come from the pod networks (`--cluster-cidr`)."""

    OWN = "own"
    """Only those of this machine itself, which may have chosen a source that cannot be answered."""

    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What becomes of the connections of one family.

    `inside` is the pool for connections of this machine and of pods, where it is another one.
    `sources` are the networks of clients that are let in; None: all. Others are dropped.
    """

    family: Family
    pool: Key
    masquerade: Masquerade
    inside: Key | None = None
    sources: tuple[Network, ...] | None = None


@dataclass(frozen=True, slots=True)
class Frontend:
    """One address and port. Without a forwarding it is refused, and nothing is done there."""

    key: Key
    entry: Entry
    address: str
    port: int
    transport: Transport
    service: Ref
    service_port: int
    forwarding: Forwarding | None
    origin: Origin
    refused: tuple[Refusal, ...] = ()

    @property
    def forwardings(self) -> tuple[Forwarding, ...]:
        return () if self.forwarding is None else (self.forwarding,)


@dataclass(frozen=True, slots=True)
class NodePort:
    """One port on every node port address of this machine.

    Without forwardings it is refused, or kept for the health check of the Service (`HealthPort`).
    """

    key: Key
    port: int
    transport: Transport
    service: Ref
    service_port: int
    forwardings: tuple[Forwarding, ...]
    origin: Origin
    leased: bool = False
    """Chosen by Portico, not named by the Service."""

    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class PortRequest:
    """A Service port that names no node port is to be given one; a lease answers."""

    key: Key
    service: Ref
    service_port: int
    transport: Transport
    origin: Origin
    refused: tuple[Refusal, ...] = ()


def frontend_key(transport: Transport, address: str, port: int) -> Key:
    """E.g. `tcp/192.0.2.1/80`."""
    return Key(FRONTEND, f"{transport}/{address}/{port}")


def node_port_key(transport: Transport, port: int) -> Key:
    """E.g. `tcp/30080`: one port and transport is one Service's, in both families."""
    return Key(NODE_PORT, f"{transport}/{port}")


def port_request_key(service: Ref, port: int, transport: Transport) -> Key:
    """E.g. `shop/web/80/tcp`."""
    return Key(PORT_REQUEST, f"{service.namespace}/{service.name}/{port}/{transport}")
