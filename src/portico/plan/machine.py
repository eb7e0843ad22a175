"""This machine: which addresses it has, and what they are used for."""

from dataclasses import dataclass
from typing import Final

from portico.plan.key import MACHINE, Key
from portico.plan.verdict import Refusal
from portico.settings import Network


@dataclass(frozen=True, slots=True)
class Machine:
    """`pods` are the networks of pods (`--cluster-cidr`): their connections are inside."""

    key: Key
    addresses: tuple[str, ...] = ()
    node_port_addresses: tuple[str, ...] = ()
    load_balancer_addresses: tuple[str, ...] = ()
    pods: tuple[Network, ...] = ()
    refused: tuple[Refusal, ...] = ()


THIS: Final = Key(MACHINE, "this")
