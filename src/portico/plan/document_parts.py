"""What documents of units are made of: origins, endpoints and refusals."""

from collections.abc import Iterable, Mapping

from portico.plan.backend import Endpoint, LeftOut
from portico.plan.key import Origin
from portico.plan.verdict import Refusal

Document = Mapping[str, object]


def origin_document(origin: Origin) -> Document:
    """Where something comes from."""
    return {"object": str(origin.ref), "field": origin.field}


def endpoint_documents(endpoints: Iterable[Endpoint]) -> list[Document]:
    """Who gets new connections."""
    return [
        {"address": each.address, "port": each.port, "from": origin_document(each.origin)}
        for each in endpoints
    ]


def left_out_documents(left_out: Iterable[LeftOut]) -> list[Document]:
    """Who gets none, and why."""
    return [
        {"who": left.who, "reason": left.reason, "from": origin_document(left.origin)}
        for left in left_out
    ]


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
