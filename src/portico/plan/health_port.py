"""A health check node port, answered for the load balancers in front of this machine."""

from dataclasses import dataclass

from portico.model.ref import Ref
from portico.plan.key import HEALTH_PORT, Key, Origin
from portico.plan.verdict import Refusal


@dataclass(frozen=True, slots=True)
class HealthPort:
    """200 while this machine has ready endpoints of the Service, else 503 (KEP-1669)."""

    key: Key
    port: int
    service: Ref
    local_endpoints: int
    origin: Origin
    refused: tuple[Refusal, ...] = ()


def health_port_key(port: int) -> Key:
    """E.g. `32222`."""
    return Key(HEALTH_PORT, str(port))
