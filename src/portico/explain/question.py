"""What can be asked: about an HTTP request, or about the first packet of a connection."""

from collections.abc import Mapping, Sequence

from portico.explain.document import answer_document, answer_lines
from portico.explain.explain import explain
from portico.explain.hops import follow
from portico.explain.packet import Packet, is_packet, parse_packet
from portico.explain.packet_document import packet_document
from portico.explain.packet_lines import packet_lines
from portico.explain.request import Request, RequestError, parse_request
from portico.plan.plan import Plan

Question = Request | Packet


def parse_question(
    url: str, method: str = "GET", headers: Sequence[str] = (), client: str = ""
) -> Question:
    """By the scheme of the URL. Raises RequestError for the person who typed it."""
    if is_packet(url):
        if headers or method != "GET":
            raise RequestError(f"{url}: only http:// and https:// have a method and headers")
        return parse_packet(url, client)
    if client:
        raise RequestError(f"{url}: --from goes with tcp://, udp:// and sctp:// only")
    return parse_request(url, method, headers)


def explanation(plan: Plan, question: Question) -> Mapping[str, object]:
    """The answer for programs, and under `text` its lines for people."""
    if isinstance(question, Packet):
        followed = follow(plan, question)
        lines = list(packet_lines(question, followed))
        return {**packet_document(question, followed), "text": lines}
    answer = explain(plan, question)
    return {**answer_document(question, answer), "text": list(answer_lines(question, answer))}
