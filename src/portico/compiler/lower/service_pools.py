"""The pools behind the ways into one Service."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from portico.compiler.health_check import health_check
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_addresses import Entrance
from portico.compiler.lower.service_annotations import pick_asked
from portico.compiler.lower.service_policy import policy_of
from portico.compiler.lower.service_ports import Port
from portico.compiler.wants_l4 import PoolWant, Reach
from portico.model.core import Service
from portico.plan.frontend import Forwarding
from portico.plan.key import Key
from portico.plan.pool import PoolName, Scope, pool_key
from portico.plan.transport import Family, Transport
from portico.plan.verdict import Because
from portico.settings import Entry, Pick, Settings, Via

DISTRIBUTIONS: Final = frozenset({"", "PreferClose", "PreferSameZone", "PreferSameNode"})


class Pools:
    """Claims a pool when the first way leads to it."""

    def __init__(
        self, fact: Service, settings: Settings, found: Iterable[Entrance], petition: Petition
    ) -> None:
        self._fact = fact
        self._petition = petition
        self._is_via_nodes = settings.via is Via.NODE_PORT
        self._policy = policy_of(fact, settings, petition)
        self._preferences = _preferences(fact, settings.pick, petition)
        self._addresses = tuple(entrance.address for entrance in found)
        self._own: dict[Transport, frozenset[tuple[str, int]]] = {}

    def forwarding(
        self, port: Port, entry: Entry, family: Family, *, is_assumed: bool = False
    ) -> Forwarding | None:
        """What becomes of the connections that come in this way; None if that is refused."""
        way = self._policy.way(entry)
        if way is None:
            return None
        speaks = entry is Entry.LOAD_BALANCER and port.transport is Transport.TCP
        target = _Target(port, family, self._policy.proxy_protocol if speaks else 0, is_assumed)
        return Forwarding(
            family,
            self._pool(target, way.scope),
            way.masquerade,
            self._pool(target, way.inside) if way.inside else None,
            self._policy.admitted(entry, family),
        )

    def _pool(self, target: "_Target", scope: Scope) -> Key:
        port, family, proxy_protocol, is_assumed = target
        _, namespace, service = self._petition.ref
        name = PoolName(
            namespace, service, port.number, port.transport, family, scope, proxy_protocol
        )
        key = pool_key(name)
        if not self._petition.asks(key):
            origin = self._petition.origin(port.field)
            self._petition.claim(key, PoolWant(name, self._reach(port), origin, is_assumed))
        return key

    def _reach(self, port: Port) -> Reach:
        if port.transport not in self._own:
            self._own[port.transport] = frozenset(self._entrances(port.spec.protocol))
        return Reach(
            port.spec.name,
            self._own[port.transport],
            port.node_port,
            health_check(self._fact, port.spec).port if self._is_via_nodes else 0,
            self._fact.spec.publish_not_ready_addresses,
            *self._preferences,
        )

    def _entrances(self, protocol: str) -> Iterator[tuple[str, int]]:
        for port in self._fact.spec.ports:
            if port.protocol == protocol:
                yield from ((address, port.port) for address in self._addresses)


class _Target(NamedTuple):
    port: Port
    family: Family
    proxy_protocol: int
    is_assumed: bool


class _Preferences(NamedTuple):
    """What is nice to have: ignored where it cannot be understood."""

    distribution: str
    pick: Pick
    affinity: int


def _preferences(fact: Service, pick: Pick, petition: Petition) -> _Preferences:
    spec = fact.spec
    distribution, affinity = spec.traffic_distribution, 0
    if distribution not in DISTRIBUTIONS:
        petition.refuse("spec.trafficDistribution", Because.PREFERENCE_UNKNOWN, repr(distribution))
        distribution = ""
    if spec.session_affinity == "ClientIP":
        affinity = spec.session_affinity_config.client_ip.timeout_seconds
    elif spec.session_affinity not in ("", "None"):
        because = Because.PREFERENCE_UNKNOWN
        petition.refuse("spec.sessionAffinity", because, repr(spec.session_affinity))
    return _Preferences(distribution, pick_asked(fact, petition) or pick, affinity)
