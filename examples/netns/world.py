"""The network that tests, demos and benchmarks share: clients outside, backends behind a machine.

    client 192.0.2.10 ─┐                         ┌─ backends 10.2.0.11 … 14    (pods)
    other  192.0.2.20 ─┴─ 192.0.2.1 machine 10.2.0.1 ─┴─ nodes 192.0.2.31 … 33 (for --via nodeport)

In IPv6 the same: 2001:db8:1::/64 outside, 2001:db8:2::/64 inside, nodes 2001:db8:1::31 … 33. All
send what they know no better way for through the machine: so 10.96.0.0/16 (cluster IPs),
198.51.100.0/24 and 2001:db8:96::/64 get there, and answers of nodes to clients as well.
"""

from dataclasses import dataclass, field

from examples.netns.network import ROUTER, Network, Space, Switch

WAN, LAN = "wan", "lan"
"""The machine's interfaces."""

NODE_NAMES = ("node-a", "node-b", "node-c")
_GATEWAY = "02:00:00:00:00:fe"
"""Nobody: what goes there is lost."""


@dataclass
class World:
    """Spaces by what they are. Nodes are node-a to node-c, backends b1 to b4."""

    network: Network
    machine: Space
    client: Space
    other: Space
    inside: Switch
    outside: Switch
    backends: dict[str, Space] = field(default_factory=dict)
    nodes: dict[str, Space] = field(default_factory=dict)

    @property
    def spaces(self) -> dict[str, Space]:
        """Everybody a client can speak to or be."""
        known = (self.machine, self.client, self.other)
        return {
            space.name: space for space in (*known, *self.backends.values(), *self.nodes.values())
        }


def build_world(network: Network, backends: int = 4, nodes: int = 0) -> World:
    """Machine, two clients, and so many behind the machine."""
    outside, inside = network.switch("sw-out"), network.switch("sw-in")
    machine, client, other = (network.space(name) for name in ("machine", "client", "other"))
    machine.sysctl(ROUTER)
    outside.plug(machine, "192.0.2.1/24", "2001:db8:1::1/64", interface=WAN)
    inside.plug(machine, "10.2.0.1/24", "2001:db8:2::1/64", interface=LAN)
    # A machine has a way out, or it could not even try to connect to a cluster IP.
    machine.ip(
        f"neigh add 192.0.2.254 lladdr {_GATEWAY} dev {WAN} nud permanent",
        f"neigh add 2001:db8:1::fe lladdr {_GATEWAY} dev {WAN} nud permanent",
        f"route add default via 192.0.2.254 dev {WAN}",
        f"route add ::/0 via 2001:db8:1::fe dev {WAN}",
    )
    for space, number in ((client, 10), (other, 20)):
        outside.plug(space, f"192.0.2.{number}/24", f"2001:db8:1::{number}/64")
        space.ip("route add default via 192.0.2.1", "route add ::/0 via 2001:db8:1::1")
    made = World(network, machine, client, other, inside, outside)
    for number in range(1, backends + 1):
        add_backend(made, number)
    for number, name in enumerate(NODE_NAMES[:nodes], start=31):
        add_node(made, name, number)
    return made


def add_backend(world: World, number: int) -> Space:
    """b1 is 10.2.0.11 and 2001:db8:2::11, and so on."""
    space = world.network.space(f"b{number}")
    _plug_inside(world, space, f"10.2.0.{10 + number}", f"2001:db8:2::{10 + number}")
    world.backends[space.name] = space
    return space


def add_node(world: World, name: str, number: int) -> Space:
    """A node has an address of the outside, but is behind the machine, as its answers are."""
    space = world.network.space(name)
    v4, v6 = f"192.0.2.{number}", f"2001:db8:1::{number}"
    _plug_inside(world, space, v4, v6)
    world.machine.ip(f"route add {v4}/32 dev {LAN}", f"route add {v6}/128 dev {LAN}")
    for client in (world.client, world.other):
        client.ip(f"route add {v4}/32 via 192.0.2.1", f"route add {v6}/128 via 2001:db8:1::1")
    world.nodes[name] = space
    return space


def _plug_inside(world: World, space: Space, v4: str, v6: str) -> None:
    """Even its neighbours it reaches through the machine, like the pods of a node each other."""
    world.inside.plug(space, f"{v4}/32", f"{v6}/128")
    space.ip(
        "route add default via 10.2.0.1 dev eth0 onlink",
        "route add ::/0 via 2001:db8:2::1 dev eth0 onlink",
    )
