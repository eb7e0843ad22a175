"""Who announces addresses, as plain values."""

from typing import assert_never

from portico.plan.document_parts import Document, left_out_documents, origin_document
from portico.plan.layer2 import Announcer, Layer2

AnnouncingUnit = Layer2


def announcing_fields(unit: AnnouncingUnit) -> dict[str, object]:
    """Everything but the refusals, which all units have."""
    match unit:
        case Layer2():
            return _layer2(unit)
        case _:
            assert_never(unit)


def _layer2(unit: Layer2) -> dict[str, object]:
    return {
        "address": unit.address,
        "services": [str(service) for service in unit.services],
        "drawnBy": unit.first_address if unit.first_address != unit.address else None,
        "candidates": [_announcer(one) for one in unit.candidates],
        "anyone": unit.anyone and _announcer(unit.anyone),
        "passedOver": left_out_documents(unit.passed_over),
        "from": origin_document(unit.origin),
    }


def _announcer(one: Announcer) -> Document:
    told: dict[str, object] = {"node": one.node or "(any)"}
    if one.weight:
        told["weight"] = one.weight
    if one.interfaces:
        told["interfaces"] = list(one.interfaces)
    return told
