"""What the webhook knows of the world, and what an object would become in it."""

import gc
import logging
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

from portico.compiler.compiler import Compiler
from portico.compiler.look import Look
from portico.compiler.lower.ingress_class import ClassFlaw, class_flaw
from portico.model.fact import Fact
from portico.model.networking import Ingress
from portico.model.ref import Ref, Topic
from portico.plan.key import Key
from portico.plan.plan import Diff, Plan
from portico.plan.verdict import Outcome, Refusal, outcome_key
from portico.settings import Settings
from portico.store import Store

log = logging.getLogger("portico")


class Trial(NamedTuple):
    """What would be refused of an object, and what of others that is not refused now."""

    own: tuple[Refusal, ...]
    others: tuple[Refusal, ...]


class State:
    """Owns the compiler. One store with the source, which alone puts things there for good."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._compiler = Compiler(store, settings)
        self.is_ready = False
        """Whether all that there is has been told."""

    @property
    def plan(self) -> Plan:
        return self._compiler.plan

    @property
    def steps_run(self) -> int:
        return self._compiler.steps_run

    def counts(self) -> dict[str, int]:
        return self._store.counts()

    def known(self, ref: Ref) -> Fact | None:
        return self._store.get(ref)

    async def follow(self, batches: AsyncIterator[set[Topic]]) -> None:
        """Until the sources end."""
        async for changed in batches:
            self._compiler.recompile(changed)
            self._report_bugs()
            if not self.is_ready:
                self.is_ready = True
                _settle()
                log.info("ready: %s", self.counts())

    def class_flaw(self, fact: Ingress) -> ClassFlaw | None:
        """Why an Ingress is not ours; None if it is."""
        return class_flaw(fact, Look(self._store, self._settings))

    def tried(self, fact: Fact) -> Trial:
        """What would become of it. Afterwards all is as it was.

        Nothing is awaited in here, so nobody can see the world with the object in it.
        """
        ref = fact.ref
        known = self._store.get(ref)
        try:
            tried = self._compiler.recompile(self._store.put(fact))
            own = tuple(self._refused_of(ref, tried))
        finally:
            back = self._store.drop(ref) if known is None else self._store.put(known)
            restored = self._compiler.recompile(back)
            self._report_bugs()
        return Trial(own, tuple(_newly_refused(ref, restored, tried)))

    def _refused_of(self, ref: Ref, diff: Diff) -> Iterator[Refusal]:
        """Each once, in the order of the object: what it asked for, and then what it came to."""
        unit_of = self._compiler.unit  # and not the plan, which would have to be copied
        outcome = unit_of(outcome_key(ref))
        keys: dict[Key, None] = {}
        if isinstance(outcome, Outcome):
            keys = dict.fromkeys((outcome.key, *outcome.asked))
        found = map(unit_of, keys | dict.fromkeys(diff.changed))
        refused = (refusal for unit in found if unit for refusal in unit.refused)
        return iter(dict.fromkeys(refusal for refusal in refused if refusal.origin.ref == ref))

    def _report_bugs(self) -> None:
        for bug in self._compiler.bugs:
            log.error("step %s failed\n%s", bug.step, bug.trace, extra={"bug": True})
        self._compiler.bugs.clear()


def _newly_refused(ref: Ref, before: Diff, after: Diff) -> Iterator[Refusal]:
    """Each once: what of others is refused after, and was not before."""
    # Who came first may be another one now, and that changes nothing for who came second.
    known = {(r.origin, r.because) for unit in before.changed.values() for r in unit.refused}
    refused = (refusal for unit in after.changed.values() for refusal in unit.refused)
    others = dict.fromkeys(refusal for refusal in refused if refusal.origin.ref != ref)
    return (refusal for refusal in others if (refusal.origin, refusal.because) not in known)


def _settle() -> None:
    """What is known now stays, so the garbage collector need not walk it again and again."""
    gc.collect()
    gc.freeze()
