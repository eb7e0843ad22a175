"""A LAN of each test's own; nobody runs on it yet."""

import pytest

from live.lb.town import Town
from support.netns import MISSING, Network


@pytest.fixture
def town(root):
    if MISSING:
        pytest.skip(MISSING)
    with Network() as network:
        made = Town(network, root)
        try:
            yield made
        finally:
            made.close()
