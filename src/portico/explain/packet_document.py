"""An answer about a packet as plain values."""

from collections.abc import Mapping

from portico.explain.packet import Packet
from portico.explain.packet_answer import Arrival, PacketAnswer
from portico.explain.policy import policy_of
from portico.plan.document import unit_document
from portico.plan.document_l4 import forwarding_document
from portico.plan.document_parts import origin_document, refusal_document


def packet_document(packet: Packet, answer: PacketAnswer) -> Mapping[str, object]:
    """Everything that was found out, first hop first."""
    entrance, policy = answer.entrance, policy_of(answer)
    return {
        "packet": {"to": str(packet), "from": _client(packet)},
        "result": answer.end.value,
        "why": answer.why or None,
        "client": {"is": answer.standing.client.value, "letInBy": _text(answer.let_in_by)},
        "entrance": entrance and {"kind": entrance.key.kind, **unit_document(entrance)},
        "forwarding": answer.forwarding and forwarding_document(answer.forwarding),
        "policy": policy
        and {
            "name": policy.name,
            "isShortCut": answer.is_short_cut,
            "from": origin_document(policy.origin),
        },
        "pool": answer.pool and unit_document(answer.pool),
        "arrivals": [_arrival(arrival, packet) for arrival in answer.arrivals],
        "answeredBy": answer.answered_by and unit_document(answer.answered_by),
        "lost": [refusal_document(refusal) for refusal in answer.lost],
    }


def _arrival(arrival: Arrival, packet: Packet) -> Mapping[str, object]:
    return {
        "address": arrival.endpoint.address,
        "port": arrival.endpoint.port,
        "isMasqueraded": arrival.is_masqueraded,
        "sees": "this machine" if arrival.is_masqueraded else _client(packet) or "the client",
        "because": arrival.why,
        "from": origin_document(arrival.endpoint.origin),
    }


def _client(packet: Packet) -> str | None:
    return _text(packet.client)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
