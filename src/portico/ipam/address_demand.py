"""What the plan says of address pools: which there are, who asks for addresses and who has some."""

from collections.abc import Mapping
from typing import NamedTuple

from portico.model.ref import Ref
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressRequest, AddressWant
from portico.plan.gathered import Gathered
from portico.plan.plan import Diff, Unit


class AddressDemand(NamedTuple):
    """`held` are the addresses that the status of a Service shows, if any."""

    pools: tuple[AddressPool, ...]
    wants: Mapping[Ref, AddressWant]
    held: Mapping[Ref, tuple[str, ...]]


class AddressDemands:
    """Kept up to date from what changed alone."""

    def __init__(self) -> None:
        self._pools = Gathered(_pool)
        self._wants = Gathered(_want)

    def follow(self, hint: Diff) -> bool:
        """Whether there is another pool now, or somebody asks for something else."""
        is_other, is_asked = self._pools.follow(hint), self._wants.follow(hint)
        return is_other or is_asked

    @property
    def now(self) -> AddressDemand:
        """The whole of it."""
        pools = self._pools.by_key
        asked = self._wants.by_key.values()
        return AddressDemand(
            tuple(pools[key] for key in sorted(pools)),
            {want.service: want for want, _ in asked},
            {want.service: held for want, held in asked if held},
        )


def _pool(unit: Unit) -> AddressPool | None:
    return unit if isinstance(unit, AddressPool) else None


def _want(unit: Unit) -> tuple[AddressWant, tuple[str, ...]] | None:
    if isinstance(unit, AddressRequest) and unit.want:
        return unit.want, unit.held
    return None
