"""The ways in which a node announces addresses, for who writes of it: ARP and NDP, or BGP."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from portico.daemon.announcing import Announcer
from portico.kube.api.resource import Resource
from portico.model.ref import Ref
from portico.plan.bgp import BgpPeer, BgpRoute
from portico.plan.layer2 import Layer2
from portico.plan.plan import Plan
from portico.status.announced import (
    BGP_STATUSES,
    STATUSES,
    Shown,
    announced_here,
    failures,
    status,
    status_by_bgp,
    told_here,
)
from portico.status.tidings import Tiding


class Seen(NamedTuple):
    """What there is to be written now."""

    node: str
    shown: dict[Ref, Shown]
    failed: frozenset[Tiding] = frozenset()


class Way(Protocol):
    """One way."""

    resource: Resource
    """The kind of object that is written, one for each Service."""

    protocol: str

    def concerns(self, plan: Plan) -> bool:
        """Whether there is anything to announce in this way; else its kind may not be installed."""
        ...

    async def look(self, plan: Plan) -> Seen: ...

    def status(self, node: str, shown: Shown) -> Mapping[str, object]: ...


class ByLayer2:
    """What the node has announced by ARP or NDP, as far as it is seen."""

    resource = STATUSES
    protocol = "layer2"

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    def concerns(self, plan: Plan) -> bool:
        return any(isinstance(unit, Layer2) for unit in plan.values())

    async def look(self, plan: Plan) -> Seen:
        sight = await self._announcer.sight()
        shown = announced_here(plan, sight)
        return Seen(sight.node, shown, frozenset(failures(plan, sight)))

    def status(self, node: str, shown: Shown) -> Mapping[str, object]:
        return status(node, shown)


class ByBgp:
    """What the node is to announce to routers."""

    resource = BGP_STATUSES
    protocol = "bgp"

    def __init__(self, node: str) -> None:
        self._node = node

    def concerns(self, plan: Plan) -> bool:
        return any(isinstance(unit, BgpPeer | BgpRoute) for unit in plan.values())

    async def look(self, plan: Plan) -> Seen:
        return Seen(self._node, told_here(plan, self._node))

    def status(self, node: str, shown: Shown) -> Mapping[str, object]:
        return status_by_bgp(node, shown)
