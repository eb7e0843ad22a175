"""Which advertisements are about a pool of addresses, and where they may stand."""

from collections.abc import Iterable
from typing import TypeVar

from portico.compiler.claim import rank_of
from portico.compiler.known_pools import PoolFact
from portico.compiler.look import Look
from portico.model.metallb import (
    BGP_ADVERTISEMENTS,
    L2_ADVERTISEMENTS,
    BGPAdvertisement,
    IPAddressPool,
    L2Advertisement,
)
from portico.model.selector import selected

A = TypeVar("A", L2Advertisement, BGPAdvertisement)


def l2_advertisements(look: Look, pool: PoolFact) -> tuple[L2Advertisement, ...]:
    """Those that select a pool, the oldest first."""
    return tuple(_selecting(look.shared(_l2), pool))


def bgp_advertisements(look: Look, pool: PoolFact) -> tuple[BGPAdvertisement, ...]:
    """Those that select a pool, the oldest first."""
    return tuple(_selecting(look.shared(_bgp), pool))


def is_at_home(namespace: str, look: Look) -> bool:
    """Whether objects of MetalLB are read in a namespace."""
    return look.settings.metallb_namespace in ("", namespace)


def _selecting(every: Iterable[A], pool: PoolFact) -> Iterable[A]:
    """Only a pool of MetalLB, in the same namespace; without any selector it is selected."""
    if not isinstance(pool, IPAddressPool):
        return
    for one in every:
        spec = one.spec
        is_named = pool.metadata.name in spec.ip_address_pools
        is_for_all = not (spec.ip_address_pools or spec.ip_address_pool_selectors)
        if one.ref.namespace == pool.ref.namespace and (
            is_for_all or is_named or selected(spec.ip_address_pool_selectors, pool.metadata.labels)
        ):
            yield one


def _l2(look: Look) -> tuple[L2Advertisement, ...]:
    return _read(look.group(L2Advertisement, L2_ADVERTISEMENTS), look)


def _bgp(look: Look) -> tuple[BGPAdvertisement, ...]:
    return _read(look.group(BGPAdvertisement, BGP_ADVERTISEMENTS), look)


def _read(every: Iterable[A], look: Look) -> tuple[A, ...]:
    found = [one for one in every if is_at_home(one.ref.namespace, look)]
    return tuple(sorted(found, key=lambda one: rank_of(one.metadata.creation_timestamp, one.ref)))
