"""What differs between two plans."""

import pytest

from portico.model.ref import Ref
from portico.plan.key import SITE, Key, Origin
from portico.plan.plan import Diff, Plan, Unit, diff
from portico.plan.site import Site
from portico.plan.verdict import Because, Refusal

A, B, C = (Key(SITE, name) for name in "abc")
REFUSED = (Refusal(Origin(Ref("Ingress", "shop", "a"), ""), Because.NOTHING_ASKED),)


def plan(*keys: Key) -> dict[Key, Unit]:
    return {key: Site(key) for key in keys}


CHANGED = Site(A, refused=REFUSED)


@pytest.mark.parametrize(
    ("old", "new", "changed", "removed"),
    [
        (plan(),     plan(),                 {},           set()),
        (plan(),     plan(A),                plan(A),      set()),
        (plan(A, B), plan(B),                {},           {A}),
        (plan(A, B), plan(A, B),             {},           set()),     # equal, though not identical
        (plan(A, B), {**plan(B), A: CHANGED}, {A: CHANGED}, set()),
        (plan(A, B), plan(B, C),             plan(C),      {A}),
    ],
    ids=["nothing", "new", "gone", "same", "changed", "both"],
)  # fmt: skip
def test_diff(old: Plan, new: Plan, changed: dict[Key, Unit], removed: set[Key]) -> None:
    assert diff(old, new) == Diff(changed, removed)


def test_a_diff_applied_to_the_old_plan_gives_the_new() -> None:
    old, new = plan(A, B), {**plan(B, C), B: Site(B, refused=REFUSED)}
    told = diff(old, new)
    applied = {key: unit for key, unit in old.items() if key not in told.removed} | told.changed
    assert applied == new
