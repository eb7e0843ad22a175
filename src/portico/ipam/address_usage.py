"""How much of every address pool is used, and by whom."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from portico.ipam.address_pools import Pools, usable
from portico.model.address_range import number_of, text_of
from portico.model.ref import Ref
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressRequest
from portico.plan.gathered import Gathered
from portico.plan.plan import Diff, Plan, Unit
from portico.plan.transport import Family


class Usage(NamedTuple):
    """Of one pool. `used` says which Services hold an address, in the order of the addresses."""

    pool: AddressPool
    used: Mapping[str, tuple[Ref, ...]]

    def assigned(self, family: Family) -> int:
        is_v6 = family is Family.IPV6
        return sum((":" in address) == is_v6 for address in self.used)

    def available(self, family: Family) -> int:
        """Those that are still to be given away."""
        return max(0, usable(self.pool, family) - self.assigned(family))


class Usages:
    """Of all pools, kept up to date from what changed of the plan alone."""

    def __init__(self) -> None:
        self._pools = Gathered(_pool)
        self._held = Gathered(_held)
        self._is_first = True

    def follow(self, plan: Plan, hint: Diff) -> bool:
        """Whether anything is another now."""
        if self._is_first:
            self._is_first = False
            hint = Diff(dict(plan), set())
        is_other, is_held = self._pools.follow(hint), self._held.follow(hint)
        return is_other or is_held

    @property
    def now(self) -> list[Usage]:
        """In the order of the pools' names."""
        pools = Pools(self._pools.by_key.values())
        by_pool: dict[Ref, dict[int, list[Ref]]] = {pool.pool: {} for pool in pools.all}
        for service, addresses in self._held.by_key.values():
            for number in filter(None, map(number_of, addresses)):
                if pool := pools.of(number):
                    by_pool[pool.pool].setdefault(number, []).append(service)
        return [Usage(pool, _in_order(by_pool[pool.pool])) for pool in pools.all]


def usages_of(plan: Plan) -> list[Usage]:
    """Of a plan that is looked at once."""
    usages = Usages()
    usages.follow(plan, Diff({}, set()))
    return usages.now


def _in_order(by_number: Mapping[int, Iterable[Ref]]) -> dict[str, tuple[Ref, ...]]:
    return {text_of(number): tuple(sorted(by_number[number])) for number in sorted(by_number)}


def _pool(unit: Unit) -> AddressPool | None:
    return unit if isinstance(unit, AddressPool) else None


def _held(unit: Unit) -> tuple[Ref, tuple[str, ...]] | None:
    if isinstance(unit, AddressRequest) and unit.want and unit.addresses:
        return unit.service, unit.addresses
    return None
