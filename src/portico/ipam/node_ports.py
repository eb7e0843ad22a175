"""Node ports for Services that name none, chosen as the API server chooses them (KEP-3668).

The range has two bands. The lower one is kept for people who name a port themselves, so a choice of
ours is made in the upper one as long as that has room. Where the search begins is drawn from the
Service's name: the same Services get the same ports on another machine, mostly. Whoever has a port
keeps it; a Service that has gone leaves its port last, so that it finds it again if it comes back.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import product
from typing import Final, NamedTuple

from portico.model.ref import Ref
from portico.plan.transport import Transport

LEAST: Final = 16
"""Ports of the lower band at least; a range that is no larger has no lower band."""

MOST: Final = 128
"""Ports of the lower band at most."""

SHARE: Final = 32
"""In between, the lower band is one part in so many of the range."""


class Slot(NamedTuple):
    """What only one Service can have: a port number of one transport."""

    transport: Transport
    number: int


class Tenant(NamedTuple):
    """One port of one Service."""

    service: Ref
    port: int
    transport: Transport


class Range(NamedTuple):
    """First and last node port."""

    first: int
    last: int

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self.first <= number <= self.last

    @property
    def bands(self) -> tuple[range, range]:
        """The upper and the lower band: in this order they are searched."""
        size = self.last - self.first + 1
        kept = 0 if size <= LEAST else min(max(LEAST, size // SHARE), MOST)
        return range(self.first + kept, self.last + 1), range(self.first, self.first + kept)


Leases = Mapping[Tenant, int]
"""Who has which number. Those who have not asked for longest come first."""


Taken = Mapping[Slot, Tenant | None]
"""Slots that Services name, and (None) that nobody may have."""


class Settlement(NamedTuple):
    """The leases as they should be; `refused` got none, because every port is taken."""

    leases: Leases
    refused: tuple[Tenant, ...]


def settle(asking: Collection[Tenant], held: Leases, taken: Taken, ports: Range) -> Settlement:
    """Give every tenant that asks a port of its own; settling again changes nothing.

    What is taken is given to nobody, but whoever asks and has it by an older lease keeps it.
    """
    wanted = frozenset(asking)
    rooms = _Rooms(wanted, _still_valid(wanted, held, taken, ports), taken, ports)
    named = {(who.service, who.port): slot.number for slot, who in taken.items() if who}
    refused = []
    for tenant in sorted(wanted - rooms.leases.keys()):
        if (number := rooms.find(tenant, named)) is None:
            refused.append(tenant)
        else:
            rooms.give(tenant, number)
    idle = {tenant: number for tenant, number in rooms.leases.items() if tenant not in wanted}
    used = {tenant: number for tenant, number in rooms.leases.items() if tenant in wanted}
    return Settlement(idle | used, tuple(refused))


def _still_valid(
    wanted: frozenset[Tenant], held: Leases, taken: Taken, ports: Range
) -> dict[Tenant, int]:
    """What can stay: in the range, held once, and if nobody uses it now, not named by others."""
    owners: dict[Slot, Tenant] = {}
    # Those that are in use come first: they win where a file, edited by hand, says a slot twice.
    for tenant in sorted(held, key=lambda tenant: tenant not in wanted):
        slot = Slot(tenant.transport, held[tenant])
        if slot.number in ports and (tenant in wanted or slot not in taken):
            owners.setdefault(slot, tenant)
    kept = frozenset(owners.values())
    return {tenant: number for tenant, number in held.items() if tenant in kept}


class _Place(NamedTuple):
    transport: Transport
    band: range


class _Rooms:
    """Which slots are free while a settlement is made."""

    def __init__(
        self, wanted: frozenset[Tenant], leases: dict[Tenant, int], taken: Taken, ports: Range
    ) -> None:
        self.leases = leases
        self._owners = {Slot(who.transport, number): who for who, number in leases.items()}
        self._taken = taken
        self._ports = ports
        # For each transport and band: how many slots are free, and who is idle, oldest last. So a
        # full range is not searched again and again.
        self._free = Counter({place: len(place.band) for place in self._places()})
        self._free.subtract(self._places_of(self._owners.keys() | taken.keys()))
        self._idle: dict[_Place, list[Tenant]] = {place: [] for place in self._places()}
        for tenant, number in reversed(leases.items()):
            if tenant not in wanted:
                for place in self._places_of([Slot(tenant.transport, number)]):
                    self._idle[place].append(tenant)

    def find(self, tenant: Tenant, named: Mapping[tuple[Ref, int], int]) -> int | None:
        """The number for a tenant; an idle lease ends if there is nothing else in its band."""
        for number in self._twins(tenant, named):
            if self._is_free(Slot(tenant.transport, number)):
                return number
        for band in self._ports.bands:
            place = _Place(tenant.transport, band)
            if self._free[place]:
                seeded = _from_seed(band, tenant)
                return next(n for n in seeded if self._is_free(Slot(tenant.transport, n)))
            if self._idle[place]:
                return self._end(self._idle[place].pop())
        return None

    def give(self, tenant: Tenant, number: int) -> None:
        slot = Slot(tenant.transport, number)
        self._free.subtract(self._places_of([slot]))
        self.leases[tenant], self._owners[slot] = number, tenant

    def _end(self, tenant: Tenant) -> int:
        number = self.leases.pop(tenant)
        slot = Slot(tenant.transport, number)
        self._free.update(self._places_of([slot]))
        del self._owners[slot]
        return number

    def _places(self) -> list[_Place]:
        return [_Place(*place) for place in product(Transport, self._ports.bands)]

    def _places_of(self, slots: Iterable[Slot]) -> Iterator[_Place]:
        """The place of each slot that is in the range."""
        for slot in slots:
            for band in self._ports.bands:
                if slot.number in band:
                    yield _Place(slot.transport, band)

    def _twins(self, tenant: Tenant, named: Mapping[tuple[Ref, int], int]) -> Iterator[int]:
        """As the API server does: port 53 of TCP and of UDP get one number, if both can."""
        number = named.get((tenant.service, tenant.port))
        if number is not None and number in self._ports:
            yield number
        for transport in Transport:
            number = self.leases.get(tenant._replace(transport=transport))
            if number is not None:
                yield number

    def _is_free(self, slot: Slot) -> bool:
        return slot not in self._owners and slot not in self._taken


def _from_seed(band: range, tenant: Tenant) -> Iterable[int]:
    """Every port of a band once, beginning where the name says."""
    if not band:
        return
    text = f"{tenant.service.namespace}/{tenant.service.name}:{tenant.port}"
    start = int.from_bytes(sha256(text.encode()).digest()[:8]) % len(band)
    yield from band[start:]
    yield from band[:start]
