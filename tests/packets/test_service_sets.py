"""Whatever Services there are, valid or not, the kernel says what the plan made of them says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.world import compiled
from engines_nftables.live import running
from engines_nftables.spaces import needs_namespaces, new_space
from engines_nftables.test_kernel_state import assert_equal, sometimes
from portico.engines.nftables import Options
from portico.engines.nftables.libnftables import Libnftables
from portico.plan.plan import Plan, diff
from properties.test_compile_l4 import both, clusters

pytestmark = needs_namespaces


@pytest.fixture(scope="module")
def shared():
    with new_space("sets") as space, running(space, Options(relay_port=9999)) as live:
        with space.inside():
            reader = Libnftables()
        live.listing = lambda: reader.run("list table inet portico")
        yield live
        reader.close()


@given(sets=st.lists(clusters, min_size=1, max_size=4), settings=both)
@sometimes
def test_the_kernel_says_what_the_services_ask(shared, sets, settings):
    before: Plan = {}
    shared.serve(before)
    for facts in sets:
        plan = compiled(*facts, settings=settings)
        shared.serve(plan, diff(before, plan))
        assert_equal(shared, plan)
        before = plan
