"""What the status of Services of type LoadBalancer is to show: the addresses of pools.

With them goes a mark that names the pool, as MetalLB and OpenELB have it. What bears no such mark
has been given by somebody else, and is left alone unless we give that Service addresses, too.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from portico.kube.api.told import Key
from portico.model.ref import Ref
from portico.plan.address_pool import Product
from portico.plan.address_request import AddressRequest
from portico.plan.gathered import Gathered
from portico.plan.key import ADDRESS_REQUEST
from portico.plan.key import Key as UnitKey
from portico.plan.plan import Diff, Plan, Unit
from portico.status.tidings import Tiding

ALLOCATED: Final = "IPAllocated"
CLEARED: Final = "ClearAssignment"
"""The reasons of events, as MetalLB has them."""


LONGEST_LABEL: Final = 63
"""Characters of the value of a label; an Eip with a longer name is marked as a pool is."""


class Shown(NamedTuple):
    """By a Service: addresses in the order of their texts, and the name of their pool or Eip."""

    addresses: tuple[str, ...] = ()
    pool: str = ""
    eip: str = ""


NOTHING: Final = Shown()


class Entitled:
    """Who is to show what; kept up to date from what changed of the plan alone."""

    def __init__(self) -> None:
        self._shown = Gathered(_shown)
        self._is_first = True

    def follow(self, plan: Plan, hint: Diff) -> set[Key]:
        """Whose status is to show something else now."""
        if self._is_first:
            self._is_first = False
            hint = Diff(dict(plan), set())
        self._shown.follow(hint)
        return {
            _service(key) for key in (*hint.changed, *hint.removed) if key.kind == ADDRESS_REQUEST
        }

    def services(self) -> Iterable[Key]:
        return map(_service, self._shown.by_key)

    def of(self, service: Key) -> Shown | None:
        """None: it is not our business."""
        return self._shown.by_key.get(UnitKey(ADDRESS_REQUEST, "/".join(service)))


def written(service: Ref, before: Shown, after: Shown) -> Tiding | None:
    """What the owner hears of a status that we have written."""
    if before.addresses == after.addresses:
        return None
    if after.addresses:
        where = f" of {after.pool or after.eip}"
        note = f"assigned {', '.join(after.addresses)}{where}"
        return Tiding(service, ALLOCATED, note, is_warning=False)
    note = f"{', '.join(before.addresses)} is not the Service's any more"
    return Tiding(service, CLEARED, note, is_warning=False)


def _service(key: UnitKey) -> Key:
    return Key(*key.name.split("/"))


def _shown(unit: Unit) -> Shown | None:
    if not isinstance(unit, AddressRequest):
        return None
    if unit.want is None:
        return NOTHING
    given = unit.given
    if given is None or given.is_record:
        return None
    if not given.addresses:
        return NOTHING
    addresses = tuple(sorted(given.addresses))
    if unit.want.terms.product is Product.METALLB or len(given.pool) > LONGEST_LABEL:
        return Shown(addresses, pool=given.pool)
    return Shown(addresses, eip=given.pool)
