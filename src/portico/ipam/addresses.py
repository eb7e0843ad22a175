"""Addresses for Services of type LoadBalancer: who gets which, and keeps it, by MetalLB's rules and
OpenELB's.

Three steps, each in the order of the Services' age, so that equal input gives equal output:

1. Whoever has addresses keeps them, as long as they are of one pool, and still what is wanted, and
   go together with the others that have them. Whose terms have not changed comes first: who
   changes so that they do not go together any more is the one that loses the address.
2. Whoever has one address and would like one of each family gets the second, if its pool has it.
3. Whoever has none gets some: those that are wanted by name, or the first free ones of the best
   pool.

Nothing is given back after the first step. So nobody who has an address is moved for somebody
else's sake, and settling again changes nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from portico.ipam.address_book import Book, Numbers
from portico.ipam.address_choice import allocated, completed, is_partial, kept, numbers_of
from portico.ipam.address_pools import Pools, Refused
from portico.model.ref import Ref
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressWant, Terms


class Lease(NamedTuple):
    """What a Service has. Terms are those under which it was given; None: not known any more."""

    addresses: tuple[str, ...]
    terms: Terms | None = None


Leases = Mapping[Ref, Lease]


class Settlement(NamedTuple):
    """The leases as they should be; who is refused has none."""

    leases: Leases
    refused: Mapping[Ref, Refused]


NO_LEASES: Final[Leases] = {}


def settle(pools: Iterable[AddressPool], wants: Iterable[AddressWant], held: Leases) -> Settlement:
    """Give everybody who wants addresses what they should have. A lease that nobody wants ends."""
    estate = Estate(pools)
    estate.change({want.service: want for want in wants}, held)
    return estate.settlement


class Estate:
    """Who has what of pools that stay as they are."""

    def __init__(self, pools: Iterable[AddressPool]) -> None:
        self._book = Book(Pools(pools))
        self._wants: dict[Ref, AddressWant] = {}
        self._refused: dict[Ref, Refused] = {}
        self._partial: set[Ref] = set()
        """Who would like a second address."""
        self._wanting: dict[int, set[Ref]] = {}
        """Who was refused an address that they want by name."""

    @property
    def settlement(self) -> Settlement:
        """All of it."""
        found = {ref: lease for ref in self._wants if (lease := self.lease(ref))}
        return Settlement(found, dict(self._refused))

    def lease(self, service: Ref) -> Lease | None:
        """What one Service has."""
        addresses = self._book.addresses(service)
        return Lease(addresses, self._wants[service].terms) if addresses else None

    def pool(self, service: Ref) -> str:
        """The name of the pool that its addresses are of; empty without any."""
        numbers = self._book.numbers(service)
        pool = self._book.pools.of(numbers[0]) if numbers else None
        return pool.pool.name if pool else ""

    def refused(self, service: Ref) -> Refused | None:
        """Why one Service has nothing, if it wants something."""
        return self._refused.get(service)

    def change(
        self, changed: Mapping[Ref, AddressWant | None], held: Leases = NO_LEASES
    ) -> set[Ref]:
        """These want something now that they did not, or (None) nothing any more. `held` is what
        those had that come new. Returns whose answer may be another one. The result is that of
        settling everything anew.
        """
        book = self._book
        book.touched.clear()
        before = {ref: self.lease(ref) or held.get(ref) for ref in changed}
        for ref in changed:
            book.leave(ref)
            self._forget(ref)
        wants = [want for want in changed.values() if want]
        self._wants.update((want.service, want) for want in wants)
        lost = self._keep(wants, before)
        is_freed = any(lease and lease != self.lease(ref) for ref, lease in before.items())
        partial = self._partial if is_freed else self._partial & changed.keys()
        self._complete(sorted(partial, key=self._rank))
        waiting = lost | (self._refused.keys() if is_freed else set())
        for ref in sorted(waiting, key=self._rank):
            self._allocate(ref, numbers_of(lease.addresses if (lease := before.get(ref)) else ()))
        return {*changed, *partial, *waiting, *self._tell_again()}

    def _forget(self, ref: Ref) -> None:
        want = self._wants.pop(ref, None)
        self._partial.discard(ref)
        if want and self._refused.pop(ref, None):
            self._set_wanting(want, is_wanting=False)

    def _keep(self, wants: Iterable[AddressWant], before: Mapping[Ref, Lease | None]) -> set[Ref]:
        """Step 1. Returns who keeps nothing."""
        lost = set()

        def turn(want: AddressWant) -> tuple[bool, tuple[str, Ref]]:
            lease = before[want.service]
            return lease is None or lease.terms != want.terms, want.rank

        for want in sorted(wants, key=turn):
            lease = before[want.service]
            numbers = kept(self._book, want, lease.addresses) if lease else ()
            if numbers:
                self._enter(want, numbers)
            else:
                lost.add(want.service)
        return lost

    def _complete(self, refs: Iterable[Ref]) -> None:
        """Step 2."""
        for ref in refs:
            numbers = completed(self._book, self._wants[ref], self._book.numbers(ref))
            if numbers != self._book.numbers(ref):
                self._book.leave(ref)
                self._enter(self._wants[ref], numbers)

    def _allocate(self, ref: Ref, former: Numbers) -> None:
        """Step 3."""
        want = self._wants[ref]
        found = allocated(self._book, want, former)
        if isinstance(found, Refused):
            self._refused[ref] = found
            self._set_wanting(want, is_wanting=True)
        else:
            if self._refused.pop(ref, None):
                self._set_wanting(want, is_wanting=False)
            self._enter(want, found)

    def _tell_again(self) -> set[Ref]:
        """Why an address is refused says who has it, in the end."""
        told: set[Ref] = set()
        told.update(*(self._wanting.get(number, ()) for number in self._book.touched))
        for ref in told:
            self._allocate(ref, ())
        return told

    def _enter(self, want: AddressWant, numbers: Numbers) -> None:
        self._book.enter(want, numbers)
        if is_partial(want, numbers):
            self._partial.add(want.service)
        else:
            self._partial.discard(want.service)

    def _set_wanting(self, want: AddressWant, *, is_wanting: bool) -> None:
        for number in numbers_of(want.addresses):
            refs = self._wanting.setdefault(number, set())
            (refs.add if is_wanting else refs.discard)(want.service)
            if not refs:
                del self._wanting[number]

    def _rank(self, ref: Ref) -> tuple[str, Ref]:
        return self._wants[ref].rank
