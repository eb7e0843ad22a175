"""Which addresses of a Service are to be announced, and by whom."""

from collections.abc import Iterable
from typing import Final

from portico.compiler.advertisements import l2_advertisements
from portico.compiler.bgp_terms import bgp_terms
from portico.compiler.known_pools import PoolFact, pool_of
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_addresses import Entrance
from portico.compiler.lower.service_ports import TRANSPORTS
from portico.compiler.wants_lb import AnnouncedWant
from portico.model.core import Service
from portico.model.metallb import IPAddressPool
from portico.plan.bgp import bgp_route_key
from portico.plan.layer2 import layer2_key
from portico.plan.verdict import Because
from portico.settings import Entry

LAYER2: Final = frozenset({"layer2", "vip"})
"""The protocols of an Eip whose addresses one node of several has."""


def announce(fact: Service, found: Iterable[Entrance], look: Look, petition: Petition) -> None:
    """Claim it for addresses of pools: those that others have given are others' to announce."""
    entrances = [each for each in found if each.entry is Entry.LOAD_BALANCER]
    for entrance in entrances:
        pool = pool_of(look, entrance.address)
        if pool is None:
            continue
        want = _want(fact, entrance, entrances[0].address, petition)
        keys = [layer2_key(entrance.address)] if _by_layer2(pool, look) else []
        keys += [bgp_route_key(prefix) for prefix in _prefixes(want, pool, look)]
        for key in keys:
            petition.claim(key, want)
        if not keys:
            petition.refuse(entrance.field, Because.NOT_ANNOUNCED, str(pool.ref))


def _by_layer2(pool: PoolFact, look: Look) -> bool:
    if isinstance(pool, IPAddressPool):
        return bool(l2_advertisements(look, pool))
    return pool.spec.protocol in LAYER2


def _prefixes(want: AnnouncedWant, pool: PoolFact, look: Look) -> list[str]:
    """The routes that an address is in: its own, and those that it is aggregated to."""
    terms = bgp_terms(look, pool).terms
    return sorted({one.prefix(want.address) for one in terms if one.is_about(want)})


def _want(
    fact: Service, entrance: Entrance, first_address: str, petition: Petition
) -> AnnouncedWant:
    spec = fact.spec
    known = ((port.name, TRANSPORTS.get(port.protocol)) for port in spec.ports)
    return AnnouncedWant(
        entrance.address,
        fact.ref,
        first_address,
        fact.metadata.labels,
        tuple((name, transport) for name, transport in known if transport),
        spec.external_traffic_policy == "Local",
        spec.publish_not_ready_addresses,
        petition.origin(entrance.field),
    )
