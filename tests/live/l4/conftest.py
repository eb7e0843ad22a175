"""A little network with echo servers in it, and the router on its machine."""

import pytest

from live.l4.manifests import PORT
from live.l4.router import Router
from support.netns import MISSING, Echo, Network, build_world


@pytest.fixture
def network():
    if MISSING:
        pytest.skip(MISSING)
    with Network() as made:
        yield made


@pytest.fixture
def world(network):
    """Backends b1 to b4 and nodes node-a to node-c; on the backends, echoes answer at 8080."""
    return build_world(network, backends=4, nodes=3)


@pytest.fixture
def echo(network, world):
    made = Echo(network)
    for backend in world.backends.values():
        made.listen(backend, "tcp", PORT)
        made.listen(backend, "udp", PORT)
    return made


@pytest.fixture
def router(root, world, echo):
    """Not started yet."""
    made = Router(root / "router", world.machine)
    try:
        yield made
    finally:
        made.close()
