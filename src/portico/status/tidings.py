"""What the owners are told of their objects: what is refused, why, and when that is over.

What comes and goes within a moment is not told. A Service is often applied a moment after its
Ingress, and an object is often written twice in a row.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from portico.model.ref import Ref
from portico.plan.verdict import Because, Refusal

SETTLED: Final = 2.0
"""Seconds that something has to stand before it is told."""

MOST: Final = 8
"""Refusals of one object that are told one by one."""

ALLOCATION_FAILED: Final = "AllocationFailed"

REASONS: Final[Mapping[Because, str]] = {
    Because.POOL_MISSING: ALLOCATION_FAILED,
    Because.POOL_CLOSED: ALLOCATION_FAILED,
    Because.NO_POOL_FITS: ALLOCATION_FAILED,
    Because.NO_ADDRESS_LEFT: ALLOCATION_FAILED,
    Because.NO_ADDRESS_OF_FAMILY: ALLOCATION_FAILED,
    Because.CLUSTER_IPS_MISSING: ALLOCATION_FAILED,
    Because.WANTED_TWICE: ALLOCATION_FAILED,
    Because.WANTED_ADDRESS_INVALID: ALLOCATION_FAILED,
    Because.WANTED_ADDRESS_REPEATED: ALLOCATION_FAILED,
    Because.WANTED_ADDRESS_OUTSIDE: ALLOCATION_FAILED,
    Because.WANTED_ADDRESS_ELSEWHERE: ALLOCATION_FAILED,
    Because.WANTED_ADDRESSES_APART: ALLOCATION_FAILED,
    Because.WANTED_FAMILY_UNFIT: ALLOCATION_FAILED,
    Because.ADDRESS_HELD: ALLOCATION_FAILED,
    Because.SHARING_KEY_DIFFERS: ALLOCATION_FAILED,
    Because.SHARING_POLICY_DIFFERS: ALLOCATION_FAILED,
    Because.SHARED_PORT_TAKEN: ALLOCATION_FAILED,
    Because.ANNOTATION_DEPRECATED: "deprecatedAnnotation",
}
"""What events call causes that MetalLB's users know by another name; others go by their code."""

RECOVERED: Final = "Recovered"
CONTESTED: Final = "StatusContested"


class Tiding(NamedTuple):
    """One event to write."""

    ref: Ref
    reason: str
    note: str
    is_warning: bool = True


class Tidings:
    """Of all objects. Nothing was told at first: who leads anew tells again what still stands."""

    def __init__(self, settled: float = SETTLED) -> None:
        self._settled = settled
        self._told: dict[Ref, tuple[Refusal, ...]] = {}
        self._due: dict[Ref, tuple[float, tuple[Refusal, ...]]] = {}
        """In the order in which they are due."""

    def stand(self, ref: Ref, refused: tuple[Refusal, ...], now: float) -> None:
        """This is what is refused of an object now."""
        if set(refused) == set(self._told.get(ref, ())):
            self._due.pop(ref, None)
            return
        at = self._due[ref][0] if ref in self._due else now + self._settled
        self._due[ref] = (at, refused)

    def forget(self, ref: Ref) -> None:
        """The object is gone, or nobody else's business than its owner's."""
        self._told.pop(ref, None)
        self._due.pop(ref, None)

    def due(self, now: float) -> list[Tiding]:
        """What has stood for long enough, each told once."""
        found: list[Tiding] = []
        while self._due:
            ref, (at, refused) = next(iter(self._due.items()))
            if at > now:
                break
            del self._due[ref]
            found += _news(ref, self._told.pop(ref, ()), refused)
            if refused:
                self._told[ref] = refused
        return found

    def wait(self, now: float) -> float | None:
        """Seconds until something is due, if nothing new comes; None: for ever."""
        first = next(iter(self._due.values()), None)
        return max(0.0, first[0] - now) if first else None


def contested(ref: Ref, who: str, shown: str) -> Tiding:
    """Somebody else keeps writing another status."""
    note = (
        f"status.loadBalancer: {who} keeps writing {shown or 'nothing'} here; Portico writes its"
        " own addresses again now and then (let only one controller serve this class)"
    )
    return Tiding(ref, CONTESTED, note)


def _news(ref: Ref, before: Sequence[Refusal], now: Sequence[Refusal]) -> list[Tiding]:
    """Warnings for what is new, and one word on what is over."""
    new = [each for each in now if each not in before]
    over = [each for each in before if each not in now]
    found = [Tiding(ref, _reason(each), sentence(each)) for each in new[:MOST]]
    if (more := len(new) - MOST) > 0:
        note = f"and {more} more; `portico status` has all of them"
        found.append(Tiding(ref, _reason(new[MOST]), note))
    if over:
        found.append(Tiding(ref, RECOVERED, _relief(over, now), is_warning=False))
    return found


def _reason(refusal: Refusal) -> str:
    because = refusal.because
    return REASONS.get(because, because.value.code)


def _relief(over: Sequence[Refusal], now: Sequence[Refusal]) -> str:
    if not now:
        return "nothing is refused any more"
    ended = "; ".join(_brief(each) for each in over[:MOST])
    return f"no longer refused: {ended}"


def sentence(refusal: Refusal) -> str:
    """Field, reason and advice."""
    return f"{_brief(refusal)} ({refusal.hint})"


def _brief(refusal: Refusal) -> str:
    field = refusal.origin.field
    return f"{field}: {refusal.reason}" if field else refusal.reason
