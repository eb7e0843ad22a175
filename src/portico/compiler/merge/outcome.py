"""The claim of one object on its own outcome -> Outcome."""

from collections.abc import Sequence

from portico.compiler.claim import Claim, OutcomeWant
from portico.compiler.look import Look
from portico.plan.key import Key
from portico.plan.verdict import Outcome


def merge_outcome(key: Key, claims: Sequence[Claim], look: Look) -> Outcome:
    """Nobody but the object itself claims its outcome, so there is nothing to settle."""
    want = claims[0].want
    assert isinstance(want, OutcomeWant)
    return Outcome(key, want.origin, want.asked, want.refused, want.mentioned)
