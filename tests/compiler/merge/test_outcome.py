"""The claim of one object on its own outcome."""

from compiler.world import look_at, lowered
from model.build import ingress, rule
from portico.compiler.merge.outcome import merge_outcome
from portico.model.ref import Ref
from portico.plan.key import SITE, Key, Origin
from portico.plan.verdict import Because, Outcome, Refusal, outcome_key


def test_says_what_was_asked_and_what_was_refused() -> None:
    fact = ingress("a", rule("a.example"))
    claim = lowered(fact)[-1]
    nothing = Refusal(Origin(fact.ref, "spec"), Because.NOTHING_ASKED)
    assert merge_outcome(outcome_key(fact.ref), [claim], look_at()) == Outcome(
        Key("outcome", "Ingress/shop/a"),
        Ref("Ingress", "shop", "a"),
        (Key(SITE, "a.example"),),
        (nothing,),
    )
