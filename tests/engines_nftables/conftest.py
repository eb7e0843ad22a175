"""One world for all tests of packets, and an engine in it; namespaces of their own for the rest."""

import pytest

from engines_nftables.live import running
from engines_nftables.spaces import new_space
from engines_nftables.world import new_world


@pytest.fixture(scope="session")
def world():
    with new_world() as world:
        yield world


@pytest.fixture
def engine(world):
    """The engine of the world's balancer; each test starts without a table."""
    world.balancer.nft("flush", "ruleset")
    with running(world.balancer) as live:
        yield live


@pytest.fixture
def space():
    with new_space("own") as space:
        yield space


@pytest.fixture
def live(space):
    """An engine alone in a namespace, where no packet passes."""
    with running(space) as live:
        yield live
