"""What one wants to know of layer 4 at a glance: checks, nodes, empty pools, leased node ports."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from portico.model.fact import Fact
from portico.model.local import Health
from portico.model.ref import Ref
from portico.plan.backend import Backend
from portico.plan.frontend import NodePort
from portico.plan.plan import Plan
from portico.plan.pool import OF_NODES, Pool, Void
from portico.plan.probe import Probe

_PAST: Final = {Void.REJECT: "rejected", Void.DROP: "dropped"}

Get = Callable[[Ref], Fact | None]
"""How facts are looked up."""


@dataclass(frozen=True, slots=True)
class Check:
    """One probe and what it last found out; without a fact no trouble was ever noticed."""

    probe: Probe
    health: Health | None

    @property
    def name(self) -> str:
        return self.probe.key.name

    @property
    def is_healthy(self) -> bool:
        """As the compiler sees it: until two checks have failed, a node counts as healthy."""
        return self.health is None or self.health.healthy

    def document(self) -> Mapping[str, object]:
        health = self.health
        return {
            "name": self.name,
            "node": self.probe.node.name,
            "address": self.probe.address,
            "healthy": self.is_healthy,
            "reason": health.reason if health else "",
            "failedPorts": {
                str(failed.port): failed.reason
                for failed in (health.failed_ports if health else ())
            },
        }


def checks_of(plan: Plan, get: Get) -> list[Check]:
    """Every probe, by name."""
    probes = (unit for unit in plan.values() if isinstance(unit, Probe))
    found = (Check(probe, _health(get(Ref(Health.KIND, "", probe.key.name)))) for probe in probes)
    return sorted(found, key=lambda check: check.name)


def empty_pools_of(plan: Plan) -> list[Pool]:
    """Pools that somebody should be in, by name: of an assumed family nobody is told of a lack."""
    pools = (unit for unit in plan.values() if isinstance(unit, Pool) and not unit.endpoints)
    return sorted((pool for pool in pools if pool.refused), key=lambda pool: pool.key)


def layer4_document(plan: Plan, get: Get) -> Mapping[str, object]:
    """All of it as plain values."""
    return {
        "checks": [check.document() for check in checks_of(plan, get)],
        "nodesLeftOut": [
            {"node": node, "reason": reason} for node, reason in sorted(set(_left_out(plan)))
        ],
        "emptyPools": [
            {"name": pool.key.name, "connectionsAre": _PAST[pool.void]}
            for pool in empty_pools_of(plan)
        ],
        "leasedNodePorts": [
            {
                "nodePort": port.port,
                "transport": port.transport.value,
                "service": str(port.service),
                "servicePort": port.service_port,
            }
            for port in _leased(plan)
        ],
    }


def _left_out(plan: Plan) -> Iterator[tuple[str, str]]:
    for unit in plan.values():
        if isinstance(unit, Backend) or (isinstance(unit, Pool) and unit.scope in OF_NODES):
            is_assumed = isinstance(unit, Pool) and unit.is_assumed
            for left in unit.left_out:
                # Without a field: the node has no address, of this family.
                if left.origin.field or not is_assumed:
                    yield left.who, left.reason


def _leased(plan: Plan) -> list[NodePort]:
    ports = (unit for unit in plan.values() if isinstance(unit, NodePort) and unit.leased)
    return sorted(ports, key=lambda unit: (unit.port, unit.transport))


def _health(fact: Fact | None) -> Health | None:
    return fact if isinstance(fact, Health) else None
