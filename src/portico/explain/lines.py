"""How answers look to people: a label, a text, one line a step."""

from collections.abc import Iterable, Iterator

from portico.model.core import Node
from portico.plan.backend import Backend
from portico.plan.pool import Pool
from portico.plan.transport import place_of
from portico.plan.verdict import Refusal


def line(label: str, text: str) -> str:
    return f"  {label:<12}{text}"


def reached_lines(unit: Backend | Pool) -> Iterator[str]:
    """Who gets new connections, and who does not."""
    for endpoint in unit.endpoints:
        label = "node" if endpoint.origin.ref.kind == Node.KIND else "endpoint"
        place = place_of(endpoint.address, endpoint.port)
        yield line(label, f"{place}  <- {endpoint.origin}")
    for left in unit.left_out:
        yield line("left out", f"{left.who}: {left.reason}  <- {left.origin}")


def lost_lines(lost: Iterable[Refusal]) -> Iterator[str]:
    """Each claim that lost, with the reason and with what to do about it."""
    for refusal in lost:
        yield line(refusal.because.severity.value, f"{refusal.origin}: {refusal.reason}")
        yield line("", f"hint: {refusal.hint}")
