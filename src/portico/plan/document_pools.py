"""Pools of addresses, and requests for some, as plain values."""

from portico.plan.address_pool import AddressPool, Pin
from portico.plan.address_request import AddressRequest
from portico.plan.document_parts import Document, origin_document

PoolUnit = AddressPool | AddressRequest


def pool_fields(unit: PoolUnit) -> dict[str, object]:
    """Everything but the refusals, which all units have."""
    return _pool(unit) if isinstance(unit, AddressPool) else _request(unit)


def _pool(unit: AddressPool) -> dict[str, object]:
    return {
        "pool": str(unit.pool),
        "product": unit.product.value,
        "ranges": [str(each) for each in unit.ranges],
        "autoAssign": unit.auto,
        "avoidBuggyIPs": unit.avoids_buggy or None,
        "pinned": None if unit.pin is None else _pin(unit.pin),
        "priority": unit.priority or None,
        "default": unit.is_default or None,
        "closed": unit.is_closed or None,
        "from": origin_document(unit.origin),
    }


def _pin(pin: Pin) -> Document | str:
    named = {
        "namespaces": sorted(pin.namespaces),
        "namespaceSelectors": len(pin.namespace_selectors),
        "serviceSelectors": len(pin.service_selectors),
    }
    return {name: value for name, value in named.items() if value} or "to every Service"


def _request(unit: AddressRequest) -> dict[str, object]:
    want = unit.want
    named: dict[str, object] = {"service": str(unit.service)}
    if want is None:
        named["givesBack"] = list(unit.held)
    else:
        ports = [f"{port}/{transport.value}" for transport, port in sorted(want.terms.ports)]
        named |= {
            "product": want.terms.product.value,
            "families": [family.value for family in want.families],
            "stack": want.stack.value,
            "pool": want.pool,
            "wanted": list(want.addresses),
            "sharingKey": want.terms.sharing,
            "ports": ports,
        }
    return named | {"addresses": list(unit.addresses), "from": origin_document(unit.origin)}
