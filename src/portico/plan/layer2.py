"""A load balancer address that one node of several announces by ARP or NDP."""

from dataclasses import dataclass

from portico.model.ref import Ref
from portico.plan.backend import LeftOut
from portico.plan.key import LAYER2, Key, Origin
from portico.plan.verdict import Refusal


@dataclass(frozen=True, slots=True)
class Announcer:
    """A node that may announce, how much it is preferred, and on which interfaces; none: all."""

    node: str
    weight: int = 0
    interfaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer2:
    """The same on every node. Which of the candidates announces depends on who is alive, and on
    nothing else that could differ between them.
    """

    key: Key
    address: str
    services: tuple[Ref, ...]
    first_address: str
    """The first address of the (oldest) Service: all its addresses draw by it, so that one node
    has both families."""

    candidates: tuple[Announcer, ...]
    anyone: Announcer | None
    """For every node that is not named, where no Node objects say which nodes there are."""

    passed_over: tuple[LeftOut, ...]
    origin: Origin
    refused: tuple[Refusal, ...] = ()


def layer2_key(address: str) -> Key:
    """E.g. `192.0.2.10`."""
    return Key(LAYER2, address)
