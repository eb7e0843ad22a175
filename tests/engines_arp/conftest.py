"""A network and responders of each test's own: they are cut, killed and stopped."""

import pytest

import support.effort  # noqa: F401  # registers the profiles
from engines_arp.stage import Stage
from support.netns import Network


@pytest.fixture
def network():
    with Network() as made:
        yield made


@pytest.fixture
def stage(network, tmp_path):
    made = Stage(network, tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def ears(stage):
    made = stage.listener()
    yield made
    made.close()
