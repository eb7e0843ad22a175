"""IPAddressPool, Eip -> claims on the pools of addresses that they are."""

from collections.abc import Iterator

from portico.compiler.claim import Claim
from portico.compiler.known_pools import PoolFact, known_pools, product_of
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.model.metallb import IPAddressPool
from portico.model.openelb import Eip
from portico.model.selector import LabelSelector
from portico.plan.address_pool import AddressPool, Pin, address_pool_key


def lower_address_pool(fact: PoolFact, look: Look) -> Iterator[Claim]:
    """What is wrong with a range is refused; the others are given away all the same."""
    petition = Petition(fact)
    found = known_pools(look).by_ref[fact.ref]
    for flaw in found.flaws:
        petition.refuse(*flaw)
    key = address_pool_key(fact.ref)
    if isinstance(fact, IPAddressPool):
        spec = fact.spec
        unit = AddressPool(
            key,
            fact.ref,
            product_of(fact),
            found.ranges,
            petition.origin("spec.addresses"),
            auto=spec.auto_assign,
            avoids_buggy=spec.avoid_buggy_ips,
            pin=_pin(fact),
            priority=spec.service_allocation.priority if spec.service_allocation else 0,
        )
    else:
        unit = AddressPool(
            key,
            fact.ref,
            product_of(fact),
            found.ranges,
            petition.origin("spec.address"),
            pin=_bound(fact),
            priority=fact.spec.priority,
            is_default=found.is_default,
            is_closed=fact.spec.disable or bool(fact.metadata.deletion_timestamp),
        )
    petition.claim(key, unit)
    yield from petition.claims()


def _pin(fact: IPAddressPool) -> Pin | None:
    allocation = fact.spec.service_allocation
    if allocation is None:
        return None
    namespaces = frozenset(allocation.namespaces)
    return Pin(namespaces, allocation.namespace_selectors, allocation.service_selectors)


def _bound(fact: Eip) -> Pin | None:
    """Without any of it an Eip is for nobody that does not name it."""
    spec = fact.spec
    if not (spec.namespaces or spec.namespace_selector):
        return None
    labels = spec.namespace_selector
    selectors = (LabelSelector(match_labels=labels),) if labels else ()
    return Pin(frozenset(spec.namespaces), selectors)
