"""The two engines together: the kernel's rules redirect, the relay takes over."""

import pytest

from engines_relay.plans import frontend, machine, plan_of, pool
from engines_relay.stage import read
from portico.engines import nftables
from portico.engines.relay import relay_port
from support.netns import Network, build_world, needs_namespaces

pytestmark = needs_namespaces

VIPS = [("198.51.100.1", "10.2.0.11"), ("2001:db8:96::1", "2001:db8:2::11")]


@pytest.fixture
def world():
    """Of the test's own: nobody else's rules are in it."""
    with Network() as network:
        yield build_world(network, backends=1)


def test_clients_outside_inside_and_here_reach_the_endpoint(stage, world):
    units = [machine("192.0.2.1", "2001:db8:1::1", pods="10.2.0.0/24")]
    servers = {}
    for vip, endpoint in VIPS:
        servers[vip] = stage.receiver(endpoint)
        web = pool(servers[vip].place)
        units += [web, frontend(vip, web)]
    plan = plan_of(*units)
    rules = nftables.Nftables(nftables.Options(relay_port=relay_port(stage.options.state_dir)))
    try:
        report = stage.run(rules.converge(plan, None))
        assert report.in_sync, report.detail
        assert stage.serve(plan, redirect=False).in_sync
        for vip, _ in VIPS:
            for space in (world.client, world.machine, world.backends["b1"]):
                caller = stage.connect(vip, space=space)
                ends, taken = servers[vip].take()
                assert ends == (*caller.getsockname()[:2], vip, 80)
                taken.sendall(b"hello")
                assert read(caller, 5) == b"hello"
    finally:
        stage.run(rules.close(keep=False))
