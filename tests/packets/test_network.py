"""The little networks themselves: they work as the other tests believe, and leave nothing."""

import os
import subprocess
from pathlib import Path

import pytest

from live.until import until
from support.netns import MISSING, Echo, How, Network, build_world, reach

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "nothing is missing")

HOST = Path("/proc/self/net/dev")


class OnPurposeError(Exception):
    pass


@pytest.fixture
def world():
    with Network() as network:
        yield build_world(network, backends=2, nodes=1)


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_who_answers_and_whom_it_sees(world, kind):
    echo = Echo(world.network)
    echo.listen(world.backends["b1"], kind, 5000)
    for address in ("10.2.0.11", "2001:db8:2::11"):
        told = reach(world.client, kind, address, 5000, How(say=b"ping\n"))
        assert (told.name, told.local_port, told.rest) == ("b1", 5000, b"ping\n")
        assert told.source in ("192.0.2.10", "2001:db8:1::10")
    assert reach(world.client, kind, "10.2.0.12", 5000).end == "refused"
    assert reach(world.client, kind, "10.96.0.1", 5000, How(patience=0.1)).end == "timeout"


def test_neighbours_reach_each_other_through_the_machine(world):
    """As pods of one node do: what the machine translates comes back through it."""
    Echo(world.network).listen(world.backends["b2"], "tcp", 5000)
    world.machine.run("nft", "add table inet t")
    world.machine.run("nft", "add chain inet t f { type filter hook forward priority 0; }")
    world.machine.run("nft", "add rule inet t f tcp dport 5000 counter")
    assert reach(world.backends["b1"], "tcp", "10.2.0.12", 5000).name == "b2"
    assert "packets 0" not in world.machine.run("nft", "list", "table", "inet", "t")


def test_a_space_that_is_unplugged_is_silent(world):
    echo = Echo(world.network)
    node = world.nodes["node-a"]
    echo.listen(node, "tcp", 5000)
    assert reach(world.client, "tcp", "192.0.2.31", 5000).name == "node-a"
    world.inside.unplug(node)
    assert reach(world.client, "tcp", "192.0.2.31", 5000, How(patience=0.2)).end == "timeout"
    world.inside.plug_in_again(node)
    assert reach(world.client, "tcp", "192.0.2.31", 5000).name == "node-a"


def test_nothing_is_left_when_it_fails():
    """Neither a process nor an open file; and the host has seen no interface at any time."""
    before = open_files()
    started = []
    with pytest.raises(OnPurposeError):
        fail_inside(started)
    assert all(process.poll() is not None for process in started)
    assert open_files() == before


def fail_inside(started):
    interfaces = HOST.read_text().count("\n")
    with Network() as network:
        made = build_world(network, backends=1)
        assert HOST.read_text().count("\n") == interfaces
        started.append(made.machine.start("sleep", "1000"))
        started.append(Echo(network).process)
        raise OnPurposeError


def open_files():
    return {file.name for file in Path("/proc/self/fd").iterdir()}


def test_named_networks_can_be_seen_for_as_long(tmp_path):
    prefix = f"test-{os.getpid()}"
    if not os.access("/run", os.W_OK):
        pytest.skip("only root may name namespaces")
    with Network(prefix) as network:
        network.space("one").up("lo")
        assert f"{prefix}-one" in named()
    until(lambda: f"{prefix}-one" not in named(), "the name to go")


def named():
    return subprocess.run(
        ["ip", "netns", "list"], capture_output=True, text=True, check=True
    ).stdout
