"""A network of each test's own, and speakers that end with it."""

import pytest

from engines_bgp import town as stage
from support.netns import Network


@pytest.fixture
def network():
    with Network() as made:
        yield made


@pytest.fixture
def town(network):
    return stage.Town(network)


@pytest.fixture
def speakers():
    """Start speakers: `speakers(town, number=1, engine="exabgp")`."""
    made = []

    def start(*arguments, **more):
        made.append(stage.speaker(*arguments, **more))
        return made[-1]

    try:
        yield start
    finally:
        for each in made:
            each.close()


@pytest.fixture
def speaker(town, speakers):
    return speakers(town)
