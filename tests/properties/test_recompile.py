"""Whatever the edits, the incremental plan equals the plan built from scratch."""

from collections.abc import Set as AbstractSet
from ipaddress import ip_network

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from portico.compiler.compiler import Compiler, compile_all
from portico.model.fact import Fact
from portico.model.ref import Topic
from portico.plan.plan import Plan, diff
from portico.settings import Settings, Via
from portico.store import Store
from properties.cluster import facts

NODE = Settings(node_name="here", cluster_cidrs=(ip_network("10.0.0.0/8"),))
IN_FRONT = Settings(node_name="here", via=Via.NODE_PORT)


class Edits(RuleBasedStateMachine):
    """Starts with a cluster that works, and edits it in batches."""

    settings = NODE

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.compiler = Compiler(self.store, self.settings)
        self.handed_out: list[tuple[Plan, Plan]] = []
        self.latest: Plan = compile_all(self.store, self.settings)

    @initialize(found=st.lists(facts, max_size=10))
    def start(self, found: list[Fact]) -> None:
        self.recompile(set().union(*(self.store.put(fact) for fact in found)))

    @rule(fact=facts)
    def put(self, fact: Fact) -> None:
        self.recompile(self.store.put(fact))

    @rule(found=st.lists(facts, min_size=2, max_size=5))
    def put_several(self, found: list[Fact]) -> None:
        self.recompile(set().union(*(self.store.put(fact) for fact in found)))

    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        if known := sorted(self.store.refs(self.store.counts())):
            self.recompile(self.store.drop(data.draw(st.sampled_from(known))))

    @rule(data=st.data(), fact=facts)
    def replace(self, data: st.DataObject, fact: Fact) -> None:
        if known := sorted(self.store.refs(self.store.counts())):
            changed = self.store.drop(data.draw(st.sampled_from(known)))
            self.recompile(changed | self.store.put(fact))

    @rule(fact=facts)
    def put_and_undo(self, fact: Fact) -> None:
        before = self.store.get(fact.ref)
        changed = self.store.put(fact)
        undone = self.store.put(before) if before else self.store.drop(fact.ref)
        self.recompile(changed | undone)

    @rule(found=st.lists(facts, min_size=1, max_size=4))
    def try_and_take_back(self, found: list[Fact]) -> None:
        """Edits between which nobody looks at the plan."""
        for fact in found:
            known = self.store.get(fact.ref)
            self.recompile_unseen(self.store.put(fact))
            back = self.store.put(known) if known else self.store.drop(fact.ref)
            self.recompile_unseen(back)

    @rule(found=st.lists(facts, min_size=2, max_size=4))
    def put_one_by_one_unseen(self, found: list[Fact]) -> None:
        for fact in found:
            self.recompile_unseen(self.store.put(fact))

    def recompile_unseen(self, changed: AbstractSet[Topic]) -> None:
        told = self.compiler.recompile(changed)
        now = compile_all(self.store, self.settings)
        assert told == diff(self.latest, now), "the reported diff is the real one"
        assert all(self.compiler.unit(key) == now.get(key) for key in {*self.latest, *now})
        self.latest = now

    def recompile(self, changed: AbstractSet[Topic]) -> None:
        before = self.compiler.plan
        self.handed_out.append((before, dict(before)))
        told = self.compiler.recompile(changed)
        assert told == diff(before, self.compiler.plan), "the reported diff is the real one"
        self.latest = self.compiler.plan

    @invariant()
    def incremental_equals_scratch(self) -> None:
        assert self.compiler.plan == compile_all(self.store, self.settings)
        assert self.compiler.bugs == []

    @invariant()
    def plans_already_handed_out_do_not_change(self) -> None:
        assert all(plan == copy for plan, copy in self.handed_out)


class EditsInFrontOfNodes(Edits):
    """The same, where everything is reached through nodes."""

    settings = IN_FRONT


STEPS = settings(stateful_step_count=30, max_examples=2 * settings().max_examples)

TestEdits = Edits.TestCase
TestEdits.settings = STEPS
TestEditsInFrontOfNodes = EditsInFrontOfNodes.TestCase
TestEditsInFrontOfNodes.settings = STEPS
