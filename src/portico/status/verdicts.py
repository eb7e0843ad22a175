"""How the objects stand: which Ingresses are ours, and what is refused of every object.

Kept up to date from what changed of the plan alone.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from portico.compiler.lower.ingress_class import CLASS_ANNOTATION
from portico.model.fault import Severity
from portico.model.networking import Ingress
from portico.model.ref import Ref
from portico.plan.key import OUTCOME, Key
from portico.plan.plan import Diff, Plan, Unit
from portico.plan.verdict import Because, Outcome, Refusal

NOT_OURS: Final = frozenset({Because.CLASS_ELSEWHERE, Because.CLASS_MISSING})


class Verdicts:
    """Of all objects that the plan speaks of."""

    def __init__(self) -> None:
        self.ours: set[Ref] = set()
        """Ingresses that are served, if perhaps not all of them."""
        self._refused_by_unit: dict[Key, tuple[Refusal, ...]] = {}
        self._refused_by_ref: dict[Ref, Counter[Refusal]] = {}
        self._is_first = True

    def follow(self, plan: Plan, hint: Diff) -> set[Ref]:
        """Which objects stand differently now."""
        if self._is_first:
            self._is_first = False
            hint = Diff(dict(plan), set())
        changed: set[Ref] = set()
        for key, unit in hint.changed.items():
            changed |= self._refuse(key, told_of(unit))
            if isinstance(unit, Outcome) and unit.origin.kind == Ingress.KIND:
                changed |= self._own(unit.origin, is_ours=is_ours(unit))
        for key in hint.removed:
            changed |= self._refuse(key, ())
            if ref := _ingress_of(key):
                changed |= self._own(ref, is_ours=False)
        return changed

    def refused(self, ref: Ref) -> tuple[Refusal, ...]:
        """Each once, by field."""
        found = self._refused_by_ref.get(ref, ())
        return tuple(sorted(found, key=lambda each: (each.origin.field, each.because.value.code)))

    def refs(self) -> Iterable[Ref]:
        """Everything that something is refused of."""
        return self._refused_by_ref.keys()

    def concerns(self, ref: Ref) -> bool:
        """Whether there is anything for us to say about it."""
        return ref.kind != Ingress.KIND or ref in self.ours or ref in self._refused_by_ref

    def _own(self, ref: Ref, *, is_ours: bool) -> set[Ref]:
        if is_ours == (ref in self.ours):
            return set()
        (self.ours.add if is_ours else self.ours.discard)(ref)
        return {ref}

    def _refuse(self, key: Key, refused: tuple[Refusal, ...]) -> set[Ref]:
        before = self._refused_by_unit.pop(key, ())
        if refused:
            self._refused_by_unit[key] = refused
        if before == refused:
            return set()
        for refusal in before:
            self._count(refusal, -1)
        for refusal in refused:
            self._count(refusal, 1)
        return {refusal.origin.ref for refusal in set(before) ^ set(refused)}

    def _count(self, refusal: Refusal, difference: int) -> None:
        """Two units may refuse the same for the same reason."""
        counts = self._refused_by_ref.setdefault(refusal.origin.ref, Counter())
        counts[refusal] += difference
        if not counts[refusal]:
            del counts[refusal]
        if not counts:
            del self._refused_by_ref[refusal.origin.ref]


def is_ours(outcome: Outcome) -> bool:
    """Whether the Ingress is of one of our classes."""
    return not any(refusal.because in NOT_OURS for refusal in outcome.refused)


def told_of(unit: Unit) -> tuple[Refusal, ...]:
    """What of a unit's refusals its owner should hear of."""
    return tuple(refusal for refusal in unit.refused if _is_told(refusal))


def _is_told(refusal: Refusal) -> bool:
    if refusal.because.severity is Severity.NOTE:
        return False
    # Of classes in the annotation of old nobody has to make an object: it may be somebody else's.
    is_of_old = CLASS_ANNOTATION in refusal.origin.field
    return not (refusal.because is Because.CLASS_MISSING and is_of_old)


def _ingress_of(key: Key) -> Ref | None:
    if key.kind != OUTCOME or not key.name.startswith(f"{Ingress.KIND}/"):
        return None
    return Ref(*key.name.split("/"))
