"""A machine in a namespace of its own, and the engine on it."""

import pytest

from engines_health_ports.stage import Stage
from support.netns import Network


@pytest.fixture(scope="module")
def machine():
    with Network() as network:
        space = network.space("machine")
        space.ip("link add wan type bridge")
        space.up("wan", ["192.0.2.1/24", "2001:db8:1::1/64", "198.51.100.1/24"])
        yield space


@pytest.fixture
def stage(machine):
    made = Stage(machine)
    try:
        yield made
    finally:
        made.close()
