"""Which addresses one Service keeps, or gets."""

from collections.abc import Iterable, Sequence
from typing import Final

from portico.ipam.address_book import Book, Numbers, family_of_number
from portico.ipam.address_pools import FAMILY_NAMES, Refused
from portico.model.address_range import number_of, text_of
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressWant, Stack
from portico.plan.transport import Family
from portico.plan.verdict import Because

NOBODY: Final[Numbers] = ()


def kept(book: Book, want: AddressWant, addresses: Sequence[str]) -> Numbers:
    """All that somebody has, if they still want it and may have it; otherwise nothing of it."""
    numbers = numbers_of(addresses)
    pools = [pool for number in numbers if (pool := book.pools.of(number))]
    if not len(addresses) == len(numbers) == len(pools) or len({each.key for each in pools}) != 1:
        return NOBODY
    pool = pools[0]
    is_meant = pool.product is want.terms.product and want.pool in ("", pool.pool.name)
    is_wanted = not want.addresses or set(numbers) == set(numbers_of(want.addresses))
    if not (is_meant and is_wanted and _fits(want, numbers)):
        return NOBODY
    if any(book.objection(number, want) for number in numbers):
        return NOBODY
    return in_order(want, numbers)


def is_partial(want: AddressWant, numbers: Numbers) -> bool:
    """Whether somebody would like a second address."""
    is_dual = want.stack is Stack.PREFER_DUAL and len(want.families) > 1
    return is_dual and len(numbers) == 1 and not want.addresses


def completed(book: Book, want: AddressWant, numbers: Numbers) -> Numbers:
    """With the second address, if the same pool has one."""
    pool = book.pools.of(numbers[0])
    if pool is None or pool.is_closed:
        return numbers
    has = {family_of_number(number) for number in numbers}
    found = [book.next(pool, family, want) for family in want.families if family not in has]
    return in_order(want, (*numbers, *(number for number in found if number is not None)))


def allocated(book: Book, want: AddressWant, former: Numbers) -> Numbers | Refused:
    """For somebody who has none; what they had until now, if that can be had again."""
    if want.addresses:
        return _wanted(book, want)
    pools = book.pools.candidates(want)
    if isinstance(pools, Refused):
        return pools
    duals = [] if want.stack is Stack.SINGLE else [want.families]
    singles = [(family,) for family in _alone(want)]
    for families in (*duals, *singles):
        if found := _of_pools(book, want, families, pools, former):
            return in_order(want, found)
    return _refusal(book, want, pools)


def numbers_of(addresses: Iterable[str]) -> Numbers:
    """What is no address is left out, so there are fewer."""
    found = (number_of(address) for address in addresses)
    return tuple(dict.fromkeys(number for number in found if number is not None))


def in_order(want: AddressWant, numbers: Iterable[int]) -> Numbers:
    """The primary family first."""
    return tuple(sorted(numbers, key=lambda number: want.families.index(family_of_number(number))))


def _alone(want: AddressWant) -> Sequence[Family]:
    """In which families a single address will do."""
    match want.stack:
        case Stack.SINGLE:
            return want.families
        case Stack.PREFER_DUAL:
            return want.families[:1]
        case Stack.REQUIRE_DUAL:
            return ()


def _fits(want: AddressWant, numbers: Numbers) -> bool:
    families = [family_of_number(number) for number in numbers]
    if len(set(families)) != len(families) or not set(families) <= set(want.families):
        return False
    match want.stack:
        case Stack.SINGLE:
            return len(families) == 1
        case Stack.PREFER_DUAL:
            return True
        case Stack.REQUIRE_DUAL:
            return len(families) == len(want.families)


def _wanted(book: Book, want: AddressWant) -> Numbers | Refused:
    numbers = numbers_of(want.addresses)
    found = {number: book.pools.of(number) for number in numbers}
    product = want.terms.product
    for number, pool in found.items():
        if pool is None or pool.product is not product:
            return Refused(Because.WANTED_ADDRESS_OUTSIDE, text_of(number))
        if want.pool not in ("", pool.pool.name):
            detail = f"{text_of(number)} is of {pool.pool.name}, not of {want.pool!r}"
            return Refused(Because.WANTED_ADDRESS_ELSEWHERE, detail)
        if pool.is_closed:
            return Refused(Because.POOL_CLOSED, pool.pool.name)
    if len({pool.key for pool in found.values() if pool}) > 1:
        return Refused(Because.WANTED_ADDRESSES_APART, ", ".join(want.addresses))
    if not _fits(want, numbers):
        return Refused(Because.WANTED_FAMILY_UNFIT, ", ".join(want.addresses))
    objections = (book.objection(number, want) for number in numbers)
    return next(filter(None, objections), None) or in_order(want, numbers)


def _of_pools(
    book: Book,
    want: AddressWant,
    families: Sequence[Family],
    pools: Sequence[AddressPool],
    former: Numbers,
) -> Numbers:
    """All families of one pool."""
    for number in former:
        pool = book.pools.of(number)
        if pool and pool in pools and (found := _of_pool(book, want, families, pool, former)):
            return found
    return next(filter(None, (_of_pool(book, want, families, pool, ()) for pool in pools)), NOBODY)


def _of_pool(
    book: Book, want: AddressWant, families: Sequence[Family], pool: AddressPool, former: Numbers
) -> Numbers:
    found = []
    for family in families:
        again = (n for n in former if family_of_number(n) is family and book.pools.of(n) is pool)
        had = next((number for number in again if not book.objection(number, want)), None)
        number = book.next(pool, family, want) if had is None else had
        if number is None:
            return NOBODY
        found.append(number)
    return tuple(found)


def _refusal(book: Book, want: AddressWant, pools: Sequence[AddressPool]) -> Refused:
    names = ", ".join(pool.pool.name for pool in pools)
    alone = _alone(want)
    if any(book.shelf(pool, family) for pool in pools for family in alone):
        return Refused(Because.NO_ADDRESS_LEFT, names)
    if not alone:
        if any(all(book.shelf(pool, f) for f in want.families) for pool in pools):
            return Refused(Because.NO_ADDRESS_LEFT, names)
        detail = f"no pool for this Service has both IPv4 and IPv6 addresses: {names}"
        return Refused(Because.NO_ADDRESS_OF_FAMILY, detail)
    family = " or ".join(FAMILY_NAMES[family] for family in alone)
    return Refused(Because.NO_ADDRESS_OF_FAMILY, f"no pool for this Service has {family}: {names}")
