"""The pools of a settlement: whose is an address, and which are for whom."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from portico.model.address_range import AddressRange
from portico.plan.address_pool import AddressPool, Product
from portico.plan.address_request import AddressWant
from portico.plan.transport import Family
from portico.plan.verdict import Because

FAMILY_NAMES: Final = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


class Refused(NamedTuple):
    """Why somebody has been given nothing."""

    because: Because
    detail: str = ""


class Pools:
    """No two of them overlap; the compiler has seen to it."""

    def __init__(self, pools: Iterable[AddressPool]) -> None:
        self.all = sorted(pools, key=lambda pool: (pool.pool.name, pool.pool))
        self._by_name = {(pool.product, pool.pool.name): pool for pool in reversed(self.all)}
        ranges = ((found, pool) for pool in self.all for found in pool.ranges)
        self._ranges = sorted(ranges, key=lambda each: each[0])
        self._firsts = [found.first for found, _ in self._ranges]

    def of(self, number: int) -> AddressPool | None:
        """The pool that has an address, if it gives that one away at all."""
        at = bisect_right(self._firsts, number) - 1
        if at < 0 or number not in self._ranges[at][0]:
            return None
        pool = self._ranges[at][1]
        return None if pool.avoids_buggy and is_buggy(number) else pool

    def candidates(self, want: AddressWant) -> Sequence[AddressPool] | Refused:
        """Those that may give something to whoever wants no special address, best first."""
        product = want.terms.product
        if want.pool:
            named = self._by_name.get((product, want.pool))
            if named is None:
                return Refused(Because.POOL_MISSING, repr(want.pool))
            if named.is_closed:
                return Refused(Because.POOL_CLOSED, want.pool)
            return [named]
        ours = [pool for pool in self.all if pool.product is product and not pool.is_closed]
        found = [pool for pool in ours if pool.pin and pool.auto and _fits(pool, want)]
        found.sort(key=_priority)
        if product is Product.METALLB:
            found += (pool for pool in ours if not pool.pin and pool.auto)
        elif not found:
            found = [pool for pool in ours if pool.is_default]
        return found or Refused(Because.NO_POOL_FITS)


def is_buggy(number: int) -> bool:
    """Whether old routers take an IPv4 address for that of a network, or a broadcast."""
    return number < 1 << 32 and number & 255 in (0, 255)


def usable(pool: AddressPool, family: Family) -> int:
    """How many addresses of a family there are to be given away."""
    is_v6 = family is Family.IPV6
    return sum(_usable(pool, each) for each in pool.ranges if each.is_v6 == is_v6)


def _usable(pool: AddressPool, found: AddressRange) -> int:
    if not pool.avoids_buggy or found.is_v6:
        return found.size
    return found.size - _buggy_below(found.last + 1) + _buggy_below(found.first)


def _buggy_below(number: int) -> int:
    """Two in every 256: the first one, and the last one."""
    return 2 * (number >> 8) + (1 if number & 255 else 0)


def _fits(pool: AddressPool, want: AddressWant) -> bool:
    assert pool.pin
    return pool.pin.fits(want.service.namespace, want.namespace_labels, want.labels)


def _priority(pool: AddressPool) -> tuple[bool, int]:
    """MetalLB's 0 is unset, and last; OpenELB's is a number like others."""
    is_unset = pool.product is Product.METALLB and pool.priority == 0
    return is_unset, pool.priority
