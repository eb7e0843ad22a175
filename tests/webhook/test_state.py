"""A trial tells what would be, and leaves everything as it was."""

import pytest

from portico.compiler.lower import LOWER
from portico.model.fact import Fact
from portico.webhook.state import State
from webhook.asking import KINDS
from webhook.stories import FOLDERS, name_of, story_of


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
async def test_an_object_is_judged_alike_before_it_is_there_and_after(folder):
    told, _ = story_of(folder)
    whole = await followed(told.store, told.settings)
    plan = dict(whole.plan)
    facts = [told.store.get(ref) for ref in told.store.refs(KINDS)]
    for fact in facts:
        assert isinstance(fact, Fact)
        there = whole.tried(fact)
        assert not there.others, "nothing has changed, so nothing breaks"
        whole.forget_for_test(fact.ref)
        before = dict(whole.plan)
        new = whole.tried(fact)
        assert whole.plan == before
        assert set(new.own) == set(there.own), fact.ref
        whole.put_for_test(fact)
        assert whole.plan == plan


async def followed(store, settings):
    state = Tampered(store, settings)

    async def batches():
        yield set(store.refs(LOWER))

    await state.follow(batches())
    return state


class Tampered(State):
    """One whose world changes between two trials."""

    def forget_for_test(self, ref):
        self._compiler.recompile(self._store.drop(ref))

    def put_for_test(self, fact):
        self._compiler.recompile(self._store.put(fact))
