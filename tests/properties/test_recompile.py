"""Whatever the edits, the incremental plan equals the plan built from scratch."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portico.compiler.compiler import Compiler, compile_all
from portico.model.fact import Fact
from portico.model.ref import Ref, Topic
from portico.plan.plan import Plan, diff
from portico.settings import Settings
from portico.store import Store
from properties.cluster import facts, refs

SETTINGS = Settings()


class Edits(RuleBasedStateMachine):
    """Puts and drops in batches of any size."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.compiler = Compiler(self.store, SETTINGS)
        self.pending: set[Topic] = set()
        self.handed_out: list[tuple[Plan, Plan]] = []

    @rule(fact=facts)
    def put(self, fact: Fact) -> None:
        self.pending |= self.store.put(fact)

    @rule(fact=facts)
    def put_and_undo(self, fact: Fact) -> None:
        before = self.store.get(fact.ref)
        self.pending |= self.store.put(fact)
        self.pending |= self.store.put(before) if before else self.store.drop(fact.ref)

    @rule(ref=refs())
    def drop(self, ref: Ref) -> None:
        self.pending |= self.store.drop(ref)

    @rule(data=st.data())
    def drop_one_that_is_there(self, data: st.DataObject) -> None:
        if known := sorted(self.store.refs(self.store.counts())):
            self.pending |= self.store.drop(data.draw(st.sampled_from(known)))

    @rule()
    def recompile(self) -> None:
        before = self.compiler.plan
        self.handed_out.append((before, dict(before)))
        told = self.compiler.recompile(self.pending)
        self.pending = set()
        assert told == diff(before, self.compiler.plan), "the reported diff is the real one"
        for plan, copy in self.handed_out:
            assert plan == copy, "a plan already handed out must not change"

    @invariant()
    def incremental_equals_scratch(self) -> None:
        if not self.pending:
            assert self.compiler.plan == compile_all(self.store, SETTINGS)
            assert self.compiler.bugs == []


TestEdits = Edits.TestCase
TestEdits.settings = settings(stateful_step_count=40, max_examples=2 * settings().max_examples)
