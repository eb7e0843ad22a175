"""Origins, endpoints and refusals as plain values."""

from portico.model.ref import Ref
from portico.plan.backend import Endpoint, LeftOut
from portico.plan.document_parts import (
    endpoint_documents,
    left_out_documents,
    origin_document,
    refusal_document,
)
from portico.plan.key import Origin
from portico.plan.verdict import Because, Refusal

ORIGIN = Origin(Ref("Ingress", "shop", "a"), "spec.rules[0]")
FROM = {"object": "Ingress shop/a", "field": "spec.rules[0]"}


def test_an_origin() -> None:
    assert origin_document(ORIGIN) == FROM


def test_who_gets_connections_and_who_does_not() -> None:
    assert endpoint_documents([Endpoint("10.0.0.1", 80, ORIGIN)]) == [
        {"address": "10.0.0.1", "port": 80, "from": FROM}
    ]
    assert left_out_documents([LeftOut("node-b", ORIGIN, "timed out")]) == [
        {"who": "node-b", "reason": "timed out", "from": FROM}
    ]


def test_a_refusal() -> None:
    assert refusal_document(Refusal(ORIGIN, Because.HOST_INVALID, "'A'")) == {
        **FROM,
        "severity": "error",
        "because": "HostInvalid",
        "reason": "'A' is not a host name",
        "hint": Because.HOST_INVALID.value.hint,
    }
