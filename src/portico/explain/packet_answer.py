"""What was found out about a packet, hop by hop."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from portico.explain.packet import Address
from portico.plan.backend import Endpoint
from portico.plan.frontend import Forwarding, Frontend, NodePort
from portico.plan.health_port import HealthPort
from portico.plan.listener import Listener
from portico.plan.pool import Pool
from portico.plan.verdict import Refusal
from portico.settings import Network


class End(StrEnum):
    """What becomes of the connection."""

    FORWARDED = "forwarded"
    ANSWERED = "answered here"
    """By this machine itself: the HTTP engine, or a health check node port."""

    REJECTED = "rejected"
    DROPPED = "dropped"
    NOT_SERVED = "not served"


class Client(StrEnum):
    """Where a connection starts. A pod is known by its network, see `--cluster-cidr`."""

    OUTSIDE = "outside"
    POD = "a pod"
    THIS_MACHINE = "this machine"


class Standing(NamedTuple):
    """Who a client is to this machine. `pods` is the pod network that holds the address."""

    client: Client
    address: Address | None = None
    pods: Network | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a connection gets to one endpoint. Masqueraded, it has this machine's address."""

    endpoint: Endpoint
    is_masqueraded: bool
    why: str


@dataclass(frozen=True, slots=True)
class PacketAnswer:
    """`why` says why it ends as it does, where nobody gets it.

    `let_in_by` is the source range that holds the client; `is_short_cut` says that a client inside
    is spread over more endpoints than the policy lets clients outside have.
    """

    end: End
    standing: Standing
    why: str = ""
    entrance: Frontend | NodePort | None = None
    forwarding: Forwarding | None = None
    let_in_by: Network | None = None
    is_short_cut: bool = False
    pool: Pool | None = None
    arrivals: tuple[Arrival, ...] = ()
    answered_by: Listener | HealthPort | None = None
    lost: tuple[Refusal, ...] = ()
