"""Pools, wants and stories for tests of addresses, in one line each."""

from collections.abc import Iterable, Mapping

from portico.ipam.addresses import Estate, Lease, Settlement, settle
from portico.model.address_range import parse_range
from portico.model.ref import Ref
from portico.model.selector import LabelSelector
from portico.plan.address_pool import AddressPool, Product, address_pool_key
from portico.plan.address_request import AddressWant, Stack, Terms
from portico.plan.key import Origin
from portico.plan.transport import Family, Transport

V4, V6 = Family.IPV4, Family.IPV6
BOTH = (V4, V6)
SINGLE, PREFER, REQUIRE = Stack.SINGLE, Stack.PREFER_DUAL, Stack.REQUIRE_DUAL


def labelled(**labels: str) -> tuple[LabelSelector, ...]:
    return (LabelSelector(match_labels=labels),)


def pool(
    name: str, *ranges: str, product: Product = Product.METALLB, **more: object
) -> AddressPool:
    kind, home = ("IPAddressPool", "home") if product is Product.METALLB else ("Eip", "")
    ref = Ref(kind, home, name)
    found = tuple(parse_range(each, accepts_single=True) for each in ranges)
    return AddressPool(address_pool_key(ref), ref, product, found, Origin(ref, "spec"), **more)


def eip(name: str, *ranges: str, **more: object) -> AddressPool:
    return pool(name, *ranges, product=Product.OPENELB, **more)


def service(name: str) -> Ref:
    namespace, _, last = name.rpartition("/")
    return Ref("Service", namespace or "shop", last)


def want(
    name: str,
    *,
    key: str = "",
    backend: str = "",
    ports: Iterable[int] = (80,),
    product: Product = Product.METALLB,
    families: tuple[Family, ...] = (V4,),
    **more: object,
) -> AddressWant:
    """The name may have a namespace, and at its end `@` and the year of creation."""
    name, _, year = name.partition("@")
    served = frozenset((Transport.TCP, port) for port in ports)
    terms = Terms(product, key, backend, served)
    return AddressWant(service(name), year or "~", terms, families, **more)


def wants_eip(name: str, **more: object) -> AddressWant:
    return want(name, product=Product.OPENELB, **more)


def shown(settlement: Settlement) -> dict[str, str]:
    """By name: addresses with a space in between, or in brackets why there are none."""
    told = {ref: " ".join(lease.addresses) for ref, lease in settlement.leases.items()}
    told |= {ref: f"({why.because.value.code})" for ref, why in settlement.refused.items()}
    assert len(told) == len(settlement.leases) + len(settlement.refused)
    return {_name(ref): told[ref] for ref in sorted(told)}


def _name(ref: Ref) -> str:
    return ref.name if ref.namespace == "shop" else f"{ref.namespace}/{ref.name}"


Event = AddressWant | str | list[AddressPool]
"""Somebody wants something; somebody (by name) wants nothing any more; the pools are others."""


class World:
    """What is wanted, and three ways to settle it, which have to agree."""

    def __init__(self) -> None:
        self.pools: list[AddressPool] = []
        self.wants: dict[Ref, AddressWant] = {}
        self.leases: Mapping[Ref, Lease] = {}
        self.estate = Estate([])

    def happen(self, event: Event) -> Settlement:
        match event:
            case AddressWant():
                self.wants[event.service] = event
                self.estate.change({event.service: event})
            case str():
                ref = service(event)
                del self.wants[ref]
                self.estate.change({ref: None})
            case _:
                self.pools = list(event)
                self.estate = Estate(self.pools)
                self.estate.change(dict(self.wants), self.leases)
        return self._agreed()

    def _agreed(self) -> Settlement:
        found = self.estate.settlement
        wants = list(self.wants.values())
        assert settle(self.pools, wants, self.leases) == found
        assert settle(self.pools, wants[::-1], self.leases) == found
        assert settle(self.pools[::-1], wants, found.leases) == found
        # After a restart nobody knows any more under which terms an address was given.
        recorded = {ref: Lease(lease.addresses) for ref, lease in found.leases.items()}
        assert settle(self.pools, wants, recorded) == found
        self.leases = found.leases
        return found
