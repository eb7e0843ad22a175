"""Re-runs only the steps whose inputs changed.

Two shapes of step, one fixed order: lower (one fact -> claims), then merge (the claims on one key
-> a unit). Every step's reads are recorded, so nobody has to write (or forget) a rule saying
"a Secret affects these Ingresses". Correctness is one sentence: after any edits, recompile()
equals compiling the same store from scratch.
"""

import traceback
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple

from portico.compiler.claim import Claim, OutcomeWant, Rank
from portico.compiler.listeners import listeners
from portico.compiler.look import Look
from portico.compiler.lower import LOWER
from portico.compiler.merge import MERGE
from portico.model.ref import Ref, Topic
from portico.plan.key import Key, Origin
from portico.plan.plan import Diff, Plan, Unit
from portico.plan.verdict import Because, Refusal, outcome_key
from portico.settings import Settings
from portico.store import Store

Step = Ref | Key
"""A lower step is named by its fact, a merge step by its unit."""

Claims = dict[Key, tuple[Claim, ...]]


class Bug(NamedTuple):
    """A step that raised: ours to mend, never the user's."""

    step: Step
    trace: str


class Compiler:
    """Owns the claims and the trails; the plan it hands out is never changed afterwards."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._claims: dict[Ref, Claims] = {}
        self._claimants: dict[Key, set[Ref]] = defaultdict(set)
        self._units: dict[Key, Unit] = dict(listeners(settings))
        self._trails: dict[Step, set[Topic]] = {}
        self._readers: dict[Topic, set[Step]] = defaultdict(set)
        self.steps_run = 0
        self.bugs: list[Bug] = []

    @property
    def plan(self) -> Plan:
        return self._units

    def recompile(self, changed: AbstractSet[Topic]) -> Diff:
        """Bring the plan up to date with the changed topics; say what differs."""
        woken = {step for topic in changed for step in self._readers.get(topic, ())}
        facts = {t for t in changed if isinstance(t, Ref) and t.kind in LOWER}
        facts |= {step for step in woken if isinstance(step, Ref)}
        stale = {step for step in woken if isinstance(step, Key)}
        for ref in facts:
            stale |= self._lower(ref)
        if not stale:
            return Diff({}, set())
        before = self._units
        self._units = dict(before)  # a plan already handed out stays as it is
        for key in stale:
            self._merge(key)
        return Diff(
            changed={k: u for k in stale if (u := self._units.get(k)) and u is not before.get(k)},
            removed={k for k in stale if k in before and k not in self._units},
        )

    def _lower(self, ref: Ref) -> set[Key]:
        """Refresh one fact's claims; return the keys whose claims differ."""
        look = Look(self._store, self._settings)
        fact = self._store.get(ref)
        old = self._claims.pop(ref, {})
        new: Claims = {}
        if fact is not None:
            try:
                new = _by_key(LOWER[ref.kind](fact, look))
            except Exception:  # noqa: BLE001  # a bug in one step must not stop the others
                new = self._contained(ref, old)
        if new:
            self._claims[ref] = new
        for key in old.keys() - new.keys():
            self._claimants[key].discard(ref)
        for key in new.keys() - old.keys():
            self._claimants[key].add(ref)
        self._remember(ref, look.trail)
        return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}

    def _merge(self, key: Key) -> None:
        look = Look(self._store, self._settings)
        claimants = self._claimants[key]
        if not claimants:
            self._units.pop(key, None)
            self._claimants.pop(key)
        else:
            claims = [claim for ref in claimants for claim in self._claims[ref][key]]
            claims.sort(key=lambda claim: claim.rank)
            before = self._units.get(key)
            try:
                unit = MERGE[key.kind](key, claims, look)
            except Exception:  # noqa: BLE001  # as above: this unit keeps its last good state
                unit = self._kept(key, claims, before)
            if unit is not None and unit != before:
                self._units[key] = unit
        self._remember(key, look.trail)

    def _contained(self, ref: Ref, old: Claims) -> Claims:
        """The claims a failing lower step leaves: those it had, and the news of its failure."""
        reason = self._report(ref)
        refusal = Refusal(Origin(ref, ""), Because.INTERNAL, reason)
        key = outcome_key(ref)
        kept = {k: claims for k, claims in old.items() if k != key}
        want = OutcomeWant(tuple(kept), (refusal,))
        return kept | {key: (Claim(key, Rank("", ref.namespace, ref.name, 0), want),)}

    def _kept(self, key: Key, claims: list[Claim], before: Unit | None) -> Unit | None:
        reason = self._report(key)
        if before is None or not hasattr(before, "refused"):
            return before
        told = tuple(
            Refusal(Origin(ref, ""), Because.INTERNAL, reason)
            for ref in sorted(self._claimants[key])
        )
        others = tuple(known for known in before.refused if known.because is not Because.INTERNAL)
        return replace(before, refused=others + told)

    def _report(self, step: Step) -> str:
        trace = traceback.format_exc()
        self.bugs.append(Bug(step, trace))
        return trace.strip().rpartition("\n")[2]

    def _remember(self, step: Step, trail: set[Topic]) -> None:
        self.steps_run += 1
        for topic in self._trails.pop(step, set()) - trail:
            self._readers[topic].discard(step)
            if not self._readers[topic]:
                del self._readers[topic]
        for topic in trail:
            self._readers[topic].add(step)
        if trail:
            self._trails[step] = trail


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
