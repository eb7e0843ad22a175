"""Who has which address right now, and which one is next."""

from collections.abc import Iterable
from typing import NamedTuple

from portico.ipam.address_pools import Pools, Refused
from portico.ipam.address_sharing import Port, Tenancy
from portico.ipam.address_shelf import Shelf, comes_first
from portico.model.address_range import V6, text_of
from portico.model.ref import Ref
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressWant, Terms
from portico.plan.key import Key
from portico.plan.transport import Family

Numbers = tuple[int, ...]


def family_of_number(number: int) -> Family:
    return Family.IPV6 if number >= V6 else Family.IPV4


class _Circle(NamedTuple):
    """Those that may share with each other."""

    pool: Key
    family: Family
    sharing: str
    backend: str


class _Shared:
    """The addresses of one circle, and at which of them a port is served."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self._by_port: dict[Port, set[int]] = {}

    def enter(self, number: int, ports: Iterable[Port]) -> None:
        self.numbers.add(number)
        for port in ports:
            self._by_port.setdefault(port, set()).add(number)

    def leave(self, number: int, ports: Iterable[Port], *, is_empty: bool) -> None:
        for port in ports:
            self._by_port[port].discard(number)
        if is_empty:
            self.numbers.discard(number)

    def first(self, ports: Iterable[Port], shelf: Shelf) -> int | None:
        """The first one at which none of the ports is served."""
        used = [self._by_port.get(port, set()) for port in ports]
        if any(len(numbers) == len(self.numbers) for numbers in used):
            return None  # the usual case, in which nobody has to look at thousands
        return min(self.numbers.difference(*used), key=shelf.place, default=None)


class Book:
    """Changes by `enter` and `leave`; `touched` are the numbers that did."""

    def __init__(self, pools: Pools) -> None:
        self.pools = pools
        self.touched: set[int] = set()
        self._tenancies: dict[int, Tenancy] = {}
        self._numbers: dict[Ref, Numbers] = {}
        self._terms: dict[Ref, Terms] = {}
        self._shelves: dict[tuple[Key, Family], Shelf] = {}
        self._circles: dict[_Circle, _Shared] = {}

    def numbers(self, service: Ref) -> Numbers:
        """What a Service has; empty: nothing."""
        return self._numbers.get(service, ())

    def addresses(self, service: Ref) -> tuple[str, ...]:
        return tuple(map(text_of, self.numbers(service)))

    def objection(self, number: int, want: AddressWant) -> Refused | None:
        """Why somebody who has not got it may not have an address of a pool."""
        tenancy = self._tenancies.get(number)
        asks = _asks(want, number)
        return tenancy.objection(want.terms, asks=asks) if tenancy else None

    def next(self, pool: AddressPool, family: Family, want: AddressWant) -> int | None:
        """The first address of a pool that somebody may have, alone or with others."""
        shelf = self.shelf(pool, family)
        free = shelf.first_free()
        if not want.terms.sharing:
            return free
        shared = self._circles.get(_circle(pool, family, want.terms))
        other = shared.first(want.terms.ports, shelf) if shared else None
        return comes_first(free, other, shelf)

    def shelf(self, pool: AddressPool, family: Family) -> Shelf:
        key = pool.key, family
        if key not in self._shelves:
            self._shelves[key] = Shelf(pool, family, self._tenancies.__contains__)
        return self._shelves[key]

    def enter(self, want: AddressWant, numbers: Numbers) -> None:
        """Give them to a Service, which has none and to which nobody objects."""
        self._numbers[want.service], self._terms[want.service] = numbers, want.terms
        for number in numbers:
            tenancy = self._tenancies.setdefault(number, Tenancy(number))
            tenancy.enter(want.service, want.terms, asks=_asks(want, number))
            if circle := self._circle_of(number, want.terms):
                self._circles.setdefault(circle, _Shared()).enter(number, want.terms.ports)
        self.touched.update(numbers)

    def leave(self, service: Ref) -> Numbers:
        """Take all from a Service; returns what it had."""
        numbers = self._numbers.pop(service, ())
        if not numbers:
            return ()
        terms = self._terms.pop(service)
        for number in numbers:
            tenancy = self._tenancies[number]
            tenancy.leave(service)
            if circle := self._circle_of(number, terms):
                shared = self._circles[circle]
                shared.leave(number, terms.ports, is_empty=not tenancy)
            if not tenancy:
                del self._tenancies[number]
                if pool := self.pools.of(number):
                    self.shelf(pool, family_of_number(number)).give_back(number)
        self.touched.update(numbers)
        return numbers

    def holders(self, number: int) -> list[Ref]:
        tenancy = self._tenancies.get(number)
        return tenancy.holders if tenancy else []

    def _circle_of(self, number: int, terms: Terms) -> _Circle | None:
        pool = self.pools.of(number) if terms.sharing else None
        return _circle(pool, family_of_number(number), terms) if pool else None


def _circle(pool: AddressPool, family: Family, terms: Terms) -> _Circle:
    return _Circle(pool.key, family, terms.sharing, terms.backend)


def _asks(want: AddressWant, number: int) -> bool:
    return bool(want.addresses) and text_of(number) in want.addresses
