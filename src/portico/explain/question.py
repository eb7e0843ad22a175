"""What can be asked: about an HTTP request, the first packet of a connection, or an address."""

from collections.abc import Mapping, Sequence

from portico.explain.address import (
    Address,
    address_document,
    address_lines,
    explain_address,
    parse_address,
)
from portico.explain.document import answer_document, answer_lines
from portico.explain.explain import explain
from portico.explain.hops import follow
from portico.explain.packet import Packet, is_packet, parse_packet
from portico.explain.packet_document import packet_document
from portico.explain.packet_lines import packet_lines
from portico.explain.request import Request, RequestError, parse_request
from portico.plan.plan import Plan

Question = Request | Packet | Address


def parse_question(
    url: str, method: str = "GET", headers: Sequence[str] = (), client: str = ""
) -> Question:
    """By the scheme of the URL; a bare address asks who has it.

    Raises RequestError for the person who typed it.
    """
    if (asked := parse_address(url)) and not (headers or client or method != "GET"):
        return asked
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
    if isinstance(question, Address):
        found = explain_address(plan, question)
        lines = list(address_lines(question, found))
        return {**address_document(question, found), "text": lines}
    answer = explain(plan, question)
    return {**answer_document(question, answer), "text": list(answer_lines(question, answer))}
