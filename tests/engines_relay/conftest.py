"""One network for all tests of a process; a relay of each test's own."""

import pytest

from engines_relay.stage import Stage
from support.netns import Network, build_world


@pytest.fixture(scope="module")
def world():
    with Network() as network:
        yield build_world(network, backends=2)


@pytest.fixture
def stage(world, tmp_path):
    made = Stage(world, tmp_path)
    try:
        yield made
    finally:
        made.close()
