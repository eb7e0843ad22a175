"""How much of a pool is used, as the status of its object has it."""

from collections.abc import Mapping
from typing import Final

from portico.ipam.address_pools import usable
from portico.ipam.address_usage import Usage
from portico.model.address_range import V6, text_of
from portico.plan.address_pool import Product
from portico.plan.transport import Family

MOST_USED: Final = 1000
"""Addresses of an Eip that its status lists; more would be too much for one object."""

_INT64: Final = (1 << 63) - 1
"""No number of the API is larger; a /64 of IPv6 is."""


def pool_status(usage: Usage) -> Mapping[str, object]:
    """Of an IPAddressPool, or of an Eip."""
    return _metallb(usage) if usage.pool.product is Product.METALLB else _openelb(usage)


def _metallb(usage: Usage) -> Mapping[str, object]:
    return {
        "assignedIPv4": usage.assigned(Family.IPV4),
        "assignedIPv6": usage.assigned(Family.IPV6),
        "availableIPv4": min(usage.available(Family.IPV4), _INT64),
        "availableIPv6": min(usage.available(Family.IPV6), _INT64),
    }


def _openelb(usage: Usage) -> Mapping[str, object]:
    size = sum(usable(usage.pool, family) for family in Family)
    found: dict[str, object] = {
        "occupied": size > 0 and len(usage.used) == size,
        "usage": len(usage.used),
        "poolSize": min(size, _INT64),
        "ready": bool(usage.pool.ranges),
    }
    for each in usage.pool.ranges:
        found |= {"firstIP": text_of(each.first), "lastIP": text_of(each.last)}
        found["v4"] = each.first < V6
    if len(usage.used) <= MOST_USED:
        found["used"] = {
            address: ";".join(f"{ref.namespace}/{ref.name}" for ref in refs)
            for address, refs in usage.used.items()
        }
    return found
