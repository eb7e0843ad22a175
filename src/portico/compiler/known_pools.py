"""All address pools together: whose is an address, and what is wrong with a pool beside the others.

Pools come in the order of their age. An address that two of them have is the older one's; only the
range that says so is refused, as those who have addresses of the others must not lose them.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from portico.compiler.claim import rank_of
from portico.compiler.flaws import Flaw
from portico.compiler.look import Look
from portico.lib.shorten import shown
from portico.model.address_range import AddressRange, RangeError, number_of, parse_range
from portico.model.metallb import ADDRESS_POOLS, IPAddressPool
from portico.model.openelb import EIPS, PROTOCOLS, Eip
from portico.model.ref import Ref
from portico.plan.address_pool import Product
from portico.plan.verdict import Because

PoolFact = IPAddressPool | Eip


class Known(NamedTuple):
    """One pool: the ranges it has, and what is wrong with others of it."""

    fact: PoolFact
    ranges: tuple[AddressRange, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    is_default: bool = False


class KnownPools:
    """`products` are those of which there is a pool at all, good or not."""

    def __init__(self, pools: list[PoolFact], home: str) -> None:
        self.products = frozenset(map(product_of, pools))
        self._owners: list[tuple[int, int, Ref]] = []
        self._names: dict[tuple[str, str], Ref] = {}
        self._default: Ref | None = None
        self.by_ref: Mapping[Ref, Known] = {pool.ref: self._known(pool, home) for pool in pools}

    def of(self, address: str) -> PoolFact | None:
        """The pool that has an address."""
        number = number_of(address)
        if number is None:
            return None
        at = bisect_right(self._owners, (number, number)) - 1
        # A range that begins with this very address sorts after it.
        for first, last, ref in self._owners[max(at, 0) : at + 2]:
            if first <= number <= last:
                return self.by_ref[ref].fact
        return None

    def _known(self, pool: PoolFact, home: str) -> Known:
        if isinstance(pool, IPAddressPool) and home and pool.ref.namespace != home:
            flaw = Flaw("metadata.namespace", Because.NAMESPACE_ELSEWHERE, home)
            return Known(pool, flaws=(flaw,))
        other = self._names.setdefault((pool.KIND, pool.ref.name), pool.ref)
        if other != pool.ref:
            return Known(pool, flaws=(Flaw("metadata.name", Because.POOL_NAME_TAKEN, str(other)),))
        found = list(self._ranges(pool))
        ranges = tuple(each for each in found if isinstance(each, AddressRange))
        flaws = [each for each in found if isinstance(each, Flaw)]
        flaws += _own_flaws(pool)
        is_default = isinstance(pool, Eip) and pool.is_default
        if is_default and self._default:
            is_default = False
            flaws.append(
                Flaw("metadata.annotations", Because.DEFAULT_POOL_TAKEN, str(self._default))
            )
        elif is_default:
            self._default = pool.ref
        return Known(pool, ranges, tuple(flaws), is_default)

    def _ranges(self, pool: PoolFact) -> Iterator[AddressRange | Flaw]:
        is_single = isinstance(pool, Eip)
        for field, text in _written(pool):
            try:
                found = parse_range(text, accepts_single=is_single)
            except RangeError as error:
                yield Flaw(field, Because.ADDRESS_RANGE_INVALID, f"{text!r} {error}")
                continue
            if other := self._overlapped(found):
                whose = "another range of this pool" if other == pool.ref else str(other)
                yield Flaw(field, Because.ADDRESS_RANGE_TAKEN, whose)
                continue
            at = bisect_right(self._owners, (found.first, found.last))
            self._owners.insert(at, (found.first, found.last, pool.ref))
            yield found

    def _overlapped(self, found: AddressRange) -> Ref | None:
        """What is known does not overlap, so only the neighbours can."""
        at = bisect_right(self._owners, (found.first,))
        for first, last, ref in self._owners[max(at - 1, 0) : at + 1]:
            if found.overlaps(AddressRange(first, last)):
                return ref
        return None


def known_pools(look: Look) -> KnownPools:
    """Worked out once for all that ask in one pass."""
    return look.shared(_read)


def product_of(pool: PoolFact) -> Product:
    return Product.METALLB if isinstance(pool, IPAddressPool) else Product.OPENELB


def pool_of(look: Look, address: str) -> PoolFact | None:
    """The pool that an address is of."""
    return known_pools(look).of(address)


def _read(look: Look) -> KnownPools:
    pools: list[PoolFact] = [*look.group(IPAddressPool, ADDRESS_POOLS), *look.group(Eip, EIPS)]
    pools.sort(key=lambda pool: rank_of(pool.metadata.creation_timestamp, pool.ref))
    return KnownPools(pools, look.settings.metallb_namespace)


def _own_flaws(pool: PoolFact) -> Iterator[Flaw]:
    if isinstance(pool, IPAddressPool) and not pool.spec.addresses:
        yield Flaw("spec.addresses", Because.POOL_EMPTY)
    if isinstance(pool, Eip) and pool.spec.protocol not in PROTOCOLS:
        yield Flaw("spec.protocol", Because.EIP_PROTOCOL_UNKNOWN, shown(pool.spec.protocol))


def _written(pool: PoolFact) -> Iterator[tuple[str, str]]:
    """Ranges as they are written, and their fields."""
    if isinstance(pool, Eip):
        yield "spec.address", pool.spec.address
    else:
        yield from ((f"spec.addresses[{n}]", text) for n, text in enumerate(pool.spec.addresses))
