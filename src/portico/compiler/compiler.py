"""Re-runs only the steps whose inputs changed.

Two shapes of step, one fixed order: lower (one fact -> claims), then merge (the claims on one key
-> a unit). Every step's reads are recorded, so nobody has to write (or forget) a rule saying
"a Secret affects these Ingresses". Correctness is one sentence: after any edits, recompile()
equals compiling the same store from scratch.
"""

import sys
import traceback
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple

from portico.compiler.claim import Claim, OutcomeWant, rank_of
from portico.compiler.listeners import listeners
from portico.compiler.look import Look, Memo
from portico.compiler.lower import LOWER, kinds_lowered
from portico.compiler.merge import BLANK, MERGE
from portico.compiler.trails import Step, Trails
from portico.model.ref import Ref, Topic
from portico.plan.key import Key, Origin
from portico.plan.plan import Diff, Plan, Unit
from portico.plan.verdict import Because, Refusal, outcome_key
from portico.settings import Settings
from portico.store import Store

Claims = dict[Key, tuple[Claim, ...]]


class Bug(NamedTuple):
    """A step that raised: ours to mend, never the user's."""

    step: Step
    trace: str


class Compiler:
    """Owns the claims and the trails; the plan it hands out is never changed afterwards.

    So it is copied before the next change, and only if somebody has it: who asks for single units,
    as trials do, saves that.

    `bugs` grows until whoever reports them empties it.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._claims: dict[Ref, Claims] = {}
        self._claimants: dict[Key, set[Ref]] = defaultdict(set)
        self._units: dict[Key, Unit] = dict(listeners(settings))
        self._is_handed_out = False
        self._trails = Trails()
        self._kinds = kinds_lowered(settings)
        self._memo: Memo = {}
        self.steps_run = 0
        self.bugs: list[Bug] = []

    @property
    def plan(self) -> Plan:
        self._is_handed_out = True
        return self._units

    def unit(self, key: Key) -> Unit | None:
        """One of the plan."""
        return self._units.get(key)

    def recompile(self, changed: AbstractSet[Topic]) -> Diff:
        """Bring the plan up to date with the changed topics; say what differs."""
        self._memo.clear()  # the store may have changed since
        woken = self._trails.readers(changed)
        facts = {topic for topic in changed if isinstance(topic, Ref) and topic.kind in self._kinds}
        facts |= {step for step in woken if isinstance(step, Ref)}
        # In the order in which they were claimed: of one fact together, as they are in memory.
        stale = dict.fromkeys(step for step in woken if isinstance(step, Key))
        for ref in facts:
            stale |= dict.fromkeys(self._lower(ref))
        if not stale:
            return Diff({}, set())
        if self._is_handed_out:
            self._units = dict(self._units)
            self._is_handed_out = False
        now = self._units
        before = {key: now.get(key) for key in stale}
        for key in stale:
            self._merge(key)
        return Diff(
            changed={k: now[k] for k in stale if k in now and now[k] is not before[k]},
            removed={k for k in stale if k not in now},
        )

    def _lower(self, ref: Ref) -> set[Key]:
        """Refresh one fact's claims; return the keys whose claims differ."""
        look = Look(self._store, self._settings, self._memo)
        fact = self._store.get(ref)
        old = self._claims.pop(ref, {})
        new: Claims = {}
        if fact is not None:
            try:
                new = _by_key(LOWER[ref.kind](fact, look))
            except Exception:  # noqa: BLE001  # a bug in one step must not stop the others
                new = self._contained(ref, old)
            self._claims[ref] = new
        self._remember(ref, look)
        for key in old.keys() - new.keys():
            self._claimants[key].discard(ref)
        for key in new.keys() - old.keys():
            self._claimants[key].add(ref)
        return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}

    def _merge(self, key: Key) -> None:
        look = Look(self._store, self._settings, self._memo)
        claims = self._claims_on(key)
        before = self._units.get(key)
        if not claims:
            del self._claimants[key]
            self._units.pop(key, None)
        else:
            try:
                unit = MERGE[key.kind](key, claims, look)
            except Exception:  # noqa: BLE001  # as above: this unit keeps its last good state
                unit = self._kept(BLANK[key.kind](claims[0]) if before is None else before)
            if unit != before:
                self._units[key] = unit
        self._remember(key, look)

    def _claims_on(self, key: Key) -> tuple[Claim, ...]:
        """In the order of their objects' ranks, and those of one object in its order."""
        asked = [self._claims[ref][key] for ref in self._claimants[key]]
        if len(asked) == 1:
            return asked[0]
        asked.sort(key=lambda claims: claims[0].rank)
        return tuple(claim for claims in asked for claim in claims)

    def _remember(self, step: Step, look: Look) -> None:
        self.steps_run += 1
        self._trails.remember(step, look.trail)

    def _contained(self, ref: Ref, old: Claims) -> Claims:
        """The claims a failing lower step leaves: those it had, and the news of its failure."""
        refusal = Refusal(Origin(ref, ""), Because.INTERNAL, self._report(ref))
        key = outcome_key(ref)
        kept = {k: claims for k, claims in old.items() if k != key}
        outcome = OutcomeWant(ref, tuple(kept), (refusal,))
        return {**kept, key: (Claim(key, rank_of("", ref), outcome),)}

    def _kept(self, unit: Unit) -> Unit:
        """The unit a failing merge step leaves: the one it had, and whom it could not serve."""
        reason = self._report(unit.key)
        others = (known for known in unit.refused if known.because is not Because.INTERNAL)
        told = (
            Refusal(Origin(ref, ""), Because.INTERNAL, reason)
            for ref in sorted(self._claimants[unit.key])
        )
        return replace(unit, refused=(*others, *told))

    def _report(self, step: Step) -> str:
        self.bugs.append(Bug(step, traceback.format_exc()))
        return "".join(traceback.format_exception_only(sys.exception())).strip()


def compile_all(store: Store, settings: Settings) -> Plan:
    """The plan from scratch."""
    compiler = Compiler(store, settings)
    compiler.recompile(set(store.refs(LOWER)))
    return compiler.plan


def _by_key(claims: Iterable[Claim]) -> Claims:
    found: dict[Key, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[claim.key].append(claim)
    return {key: tuple(asked) for key, asked in found.items()}
