"""The machines of a story, and the cables between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from examples.netns.network import ROUTER, Network, Space, Switch
from examples.stage.manifests import Pod
from examples.stage.story import Story


@dataclass
class Scenery:
    """Machines by name. Nodes are plugged into `lan`, where their cables can be pulled."""

    prefix: str
    network: Network
    lan: Switch
    machines: dict[str, Space] = field(default_factory=dict)

    def namespace(self, machine: str) -> str:
        """As `ip netns` calls it."""
        return f"{self.prefix}-{machine}"


def build(prefix: str, network: Network, story: Story, pods: Sequence[Pod]) -> Scenery:
    """As the picture in stage/__init__.py shows."""
    made = Scenery(prefix, network, network.switch("lan"))
    client, edge = _machine(made, "client"), _machine(made, story.edge)
    network.wire(edge, "outside", client, "eth0")
    client.up("eth0", ["198.51.100.10/24"])
    client.ip("route add default via 198.51.100.2")
    edge.sysctl(ROUTER)
    edge.up("outside", ["198.51.100.2/24"])
    edge.ip("route add default via 198.51.100.10")
    made.lan.plug(edge, "10.0.0.1/24")
    switches = {node: _node(made, story, node) for node in range(1, story.nodes + 1)}
    for pod in pods:
        space = _machine(made, pod.name)
        node = pod.node.rpartition("-")[2]
        switches[int(node)].plug(space, f"{pod.address}/24")
        space.ip(f"route add default via 10.244.{node}.1")
    return made


def _node(made: Scenery, story: Story, number: int) -> Switch:
    """In the lan, and the router of its pods, which are to hang at the switch that returns."""
    node = _machine(made, f"node-{number}")
    node.sysctl(ROUTER)
    made.lan.plug(node, f"10.0.0.1{number}/24")
    node.ip(
        "route add default via 10.0.0.1",
        *[
            f"route add 10.244.{other}.0/24 via 10.0.0.1{other}"
            for other in range(1, story.nodes + 1)
            if other != number
        ],
    )
    switch = made.network.switch(f"pods-{number}")
    switch.plug(node, f"10.244.{number}.1/24", interface="pods")
    return switch


def _machine(made: Scenery, name: str) -> Space:
    made.machines[name] = made.network.space(name)
    return made.machines[name]
