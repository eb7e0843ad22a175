"""How answers look to people: a label, a text, one line a step."""

from collections.abc import Iterable, Iterator

from portico.plan.verdict import Refusal


def line(label: str, text: str) -> str:
    return f"  {label:<12}{text}"


def lost_lines(lost: Iterable[Refusal]) -> Iterator[str]:
    """Each claim that lost, with the reason and with what to do about it."""
    for refusal in lost:
        yield line(refusal.because.severity.value, f"{refusal.origin}: {refusal.reason}")
        yield line("", f"hint: {refusal.hint}")
