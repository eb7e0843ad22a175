"""What the plan says of node ports: who asks for one, and which are not to be given away."""

from collections.abc import Mapping
from typing import NamedTuple

from portico.ipam.node_ports import Slot, Tenant
from portico.plan.frontend import Frontend, NodePort, PortRequest
from portico.plan.gathered import Gathered
from portico.plan.health_port import HealthPort
from portico.plan.key import Origin
from portico.plan.listener import Listener
from portico.plan.plan import Diff, Unit
from portico.plan.transport import Transport
from portico.settings import Entry


class Demand(NamedTuple):
    """Who asks for a node port, and where; and the slots that are named by Services or used."""

    asking: Mapping[Tenant, Origin]
    taken: Mapping[Slot, Tenant | None]


class _Use(NamedTuple):
    slot: Slot
    tenant: Tenant | None


class Demands:
    """Kept up to date from what changed alone."""

    def __init__(self) -> None:
        self._requests = Gathered(_request)
        self._uses = Gathered(_use)

    def follow(self, hint: Diff) -> bool:
        """Whether anything is asked for or taken now that was not, or the other way round."""
        is_asked, is_taken = self._requests.follow(hint), self._uses.follow(hint)
        return is_asked or is_taken

    @property
    def now(self) -> Demand:
        """The whole of it."""
        # Where two units say one slot, the one that has a tenant is remembered.
        uses = sorted(self._uses.by_key.values(), key=lambda use: use.tenant is not None)
        return Demand(dict(self._requests.by_key.values()), dict(uses))


def _request(unit: Unit) -> tuple[Tenant, Origin] | None:
    if isinstance(unit, PortRequest):
        return Tenant(unit.service, unit.service_port, unit.transport), unit.origin
    return None


def _use(unit: Unit) -> _Use | None:
    match unit:
        case NodePort(leased=False):
            tenant = Tenant(unit.service, unit.service_port, unit.transport)
            return _Use(Slot(unit.transport, unit.port), tenant)
        case Frontend() if unit.entry is not Entry.CLUSTER_IP:
            return _Use(Slot(unit.transport, unit.port), None)
        case Listener() | HealthPort():
            return _Use(Slot(Transport.TCP, unit.port), None)
        case _:
            return None
