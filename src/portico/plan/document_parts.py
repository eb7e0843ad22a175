"""What documents of units are made of: origins and refusals as plain values."""

from collections.abc import Mapping

from portico.plan.key import Origin
from portico.plan.verdict import Refusal

Document = Mapping[str, object]


def origin_document(origin: Origin) -> Document:
    """Where something comes from."""
    return {"object": str(origin.ref), "field": origin.field}


def refusal_document(refusal: Refusal) -> Document:
    """One no, with its reason."""
    return {
        "object": str(refusal.origin.ref),
        "field": refusal.origin.field,
        "severity": refusal.because.severity.value,
        "because": refusal.because.value.code,
        "reason": refusal.reason,
        "hint": refusal.hint,
    }
