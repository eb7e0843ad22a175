"""Answers on the health check node ports of the plan."""

from collections.abc import Callable
from typing import Final

from portico.engines.contract import Figures, Report
from portico.engines.health_ports import answers
from portico.engines.health_ports.answers import Answer
from portico.engines.health_ports.doors import Door, Doors
from portico.engines.health_ports.options import Options
from portico.engines.health_ports.vigil import Verdict, Vigil
from portico.lib import clock
from portico.plan.health_port import HealthPort
from portico.plan.key import HEALTH_PORT
from portico.plan.machine import THIS, Machine
from portico.plan.plan import Diff, Plan

EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104  # as node ports without an address of their own
MOST_NAMED: Final = 5
"""Ports that a report names; of the others it tells the number."""


class HealthPorts:
    """`is_in_sync` tells whether connections go where the plan says, as far as others know."""

    name = "health_ports"

    def __init__(self, options: Options, is_in_sync: Callable[[], bool] = lambda: True) -> None:
        self._options = options
        self._is_in_sync = is_in_sync
        self._vigil = Vigil(options.patience, clock.now())
        self._units: dict[int, HealthPort] = {}
        self._addresses: tuple[str, ...] = ()
        self._doors = Doors(self._answer)
        self._failed: dict[Door, str] = {}

    async def converge(self, plan: Plan, hint: Diff | None) -> Report:
        self._look()
        if hint is None or _concerns(hint):
            self._follow(plan)
        self._failed = await self._doors.want(self._wanted())
        # Whoever has such a port keeps it, e.g. a kube-proxy; this is no reason to start over.
        return Report(self.name, in_sync=True, detail=self._detail(), figures=self._figures())

    async def inspect(self) -> Figures:
        return self._figures()

    async def close(self, *, keep: bool) -> None:
        """Nothing can be kept: it is this process that answers."""
        await self._doors.close()

    def _follow(self, plan: Plan) -> None:
        units = (unit for unit in plan.values() if isinstance(unit, HealthPort))
        self._units = {unit.port: unit for unit in units}
        machine = plan.get(THIS)
        named = machine.node_port_addresses if isinstance(machine, Machine) else ()
        self._addresses = named or EVERYWHERE

    def _wanted(self) -> set[Door]:
        doors = {Door(address, port) for port in self._units for address in self._addresses}
        if self._options.node_health is not None:
            address, port = self._options.node_health
            doors |= {Door(each, port) for each in ((address,) if address else EVERYWHERE)}
        return doors

    def _answer(self, port: int, path: str) -> Answer | None:
        verdict = self._look()
        node_health = self._options.node_health
        if node_health is not None and port == node_health[1]:
            return answers.of_node(
                path, is_healthy=verdict.is_healthy, updated=verdict.updated, now=clock.now()
            )
        unit = self._units.get(port)
        return None if unit is None else answers.of_service(unit, is_healthy=verdict.is_healthy)

    def _look(self) -> Verdict:
        return self._vigil.look(clock.now(), is_well=self._is_in_sync())

    def _detail(self) -> str:
        if not self._failed:
            return ""
        named = [f"{door}: {reason}" for door, reason in self._failed.items()][:MOST_NAMED]
        others = len(self._failed) - len(named)
        more = f" and {others} more" if others else ""
        return f"no answers to health checks on {', '.join(named)}{more}; is tried again and again"

    def _figures(self) -> Figures:
        return {
            "ports": len(self._units),
            "sockets": len(self._doors),
            "sockets_failed": len(self._failed),
            "callers": self._doors.callers,
            "requests": self._doors.requests,
        }


def _concerns(hint: Diff) -> bool:
    return any(key == THIS or key.kind == HEALTH_PORT for key in (*hint.changed, *hint.removed))
