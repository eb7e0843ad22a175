"""What one wants to know of address pools at a glance: how full they are, and who has what."""

from collections.abc import Mapping

from portico.ipam.address_usage import Usage, usages_of
from portico.plan.address_request import AddressRequest
from portico.plan.plan import Plan
from portico.plan.transport import Family


def load_balancing_document(plan: Plan) -> Mapping[str, object]:
    """All of it as plain values."""
    asked = (unit for unit in plan.values() if isinstance(unit, AddressRequest) and unit.want)
    requests = sorted(asked, key=lambda unit: unit.service)
    usages = usages_of(plan)
    pool_by_address = {address: str(each.pool.pool) for each in usages for address in each.used}
    return {
        "pools": [_pool(usage) for usage in usages],
        "leases": [_lease(unit, pool_by_address) for unit in requests if unit.addresses],
        "waiting": [str(unit.service) for unit in requests if not unit.addresses],
    }


def _pool(usage: Usage) -> Mapping[str, object]:
    pool = usage.pool
    return {
        "pool": str(pool.pool),
        "ranges": [str(each) for each in pool.ranges],
        "assigned": {family.value: usage.assigned(family) for family in Family},
        "available": {family.value: usage.available(family) for family in Family},
        "autoAssign": pool.auto,
        "refused": len(pool.refused),
    }


def _lease(unit: AddressRequest, pool_by_address: Mapping[str, str]) -> Mapping[str, object]:
    """Without a pool it has been given by somebody else, or its pool has gone."""
    return {
        "service": str(unit.service),
        "addresses": list(unit.addresses),
        "pool": pool_by_address.get(unit.addresses[0], ""),
    }
