"""Origins and refusals as plain values."""

from portico.model.ref import Ref
from portico.plan.document_parts import origin_document, refusal_document
from portico.plan.key import Origin
from portico.plan.verdict import Because, Refusal

ORIGIN = Origin(Ref("Ingress", "shop", "a"), "spec.rules[0]")
FROM = {"object": "Ingress shop/a", "field": "spec.rules[0]"}


def test_an_origin() -> None:
    assert origin_document(ORIGIN) == FROM


def test_a_refusal() -> None:
    assert refusal_document(Refusal(ORIGIN, Because.HOST_INVALID, "'A'")) == {
        **FROM,
        "severity": "error",
        "because": "HostInvalid",
        "reason": "'A' is not a host name",
        "hint": Because.HOST_INVALID.value.hint,
    }
