"""Pools of addresses for Services of type LoadBalancer, as their owners meant them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portico.model.address_range import AddressRange
from portico.model.ref import Ref
from portico.model.selector import Selectors, selected
from portico.plan.key import ADDRESS_POOL, Key, Origin
from portico.plan.verdict import Refusal


class Product(StrEnum):
    """Whose objects and rules these are."""

    METALLB = "metallb"
    OPENELB = "openelb"


@dataclass(frozen=True, slots=True)
class Pin:
    """Who a pool is for; what says nothing at all is for everybody."""

    namespaces: frozenset[str] = frozenset()
    namespace_selectors: Selectors = ()
    service_selectors: Selectors = ()

    def fits(
        self, namespace: str, namespace_labels: Mapping[str, str], labels: Mapping[str, str]
    ) -> bool:
        """Where namespaces and Services are told, both have to fit."""
        if self.namespaces or self.namespace_selectors:
            is_named = namespace in self.namespaces
            if not (is_named or selected(self.namespace_selectors, namespace_labels)):
                return False
        return not self.service_selectors or selected(self.service_selectors, labels)


@dataclass(frozen=True, slots=True)
class AddressPool:
    """One pool; ranges that are refused are not among its own, and no two pools overlap."""

    key: Key
    pool: Ref
    product: Product
    ranges: tuple[AddressRange, ...]
    origin: Origin
    auto: bool = True
    """Whether it is given to those that ask for no pool and no address."""

    avoids_buggy: bool = False
    """IPv4 addresses that end in .0 or .255 are none of the pool's."""

    pin: Pin | None = None
    priority: int = 0
    is_default: bool = False
    """Of OpenELB: for those that no pin fits."""

    is_closed: bool = False
    """Whoever has an address keeps it; nobody else gets one."""

    refused: tuple[Refusal, ...] = ()


def address_pool_key(pool: Ref) -> Key:
    """E.g. `IPAddressPool/metallb-system/edge`, `Eip//edge`."""
    return Key(ADDRESS_POOL, f"{pool.kind}/{pool.namespace}/{pool.name}")
