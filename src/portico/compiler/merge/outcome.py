"""Claims of one object on its own outcome -> Outcome."""

from collections.abc import Sequence

from portico.compiler.claim import Claim, OutcomeWant
from portico.compiler.look import Look
from portico.plan.key import Key
from portico.plan.verdict import Outcome, Refusal
from portico.model.ref import Ref


def merge_outcome(key: Key, claims: Sequence[Claim], look: Look) -> Outcome:
    """Nobody but the object itself claims its outcome, so there is nothing to settle."""
    wants = [claim.want for claim in claims if isinstance(claim.want, OutcomeWant)]
    kind, namespace, name = key.name.split("/", 2)
    asked = dict.fromkeys(key for want in wants for key in want.asked)
    refused: list[Refusal] = [refusal for want in wants for refusal in want.refused]
    return Outcome(key, Ref(kind, namespace, name), tuple(asked), tuple(refused))
