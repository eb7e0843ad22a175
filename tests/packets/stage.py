"""The little network of the cases, for real, with the real engines on its machine."""

import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cases.network import HOSTS, THIS_MACHINE
from cases.packet_case import Packet, Served
from portico.engines import nftables, relay
from portico.engines.contract import Engine
from portico.engines.nftables import Nftables
from portico.engines.relay import Relay, relay_port
from portico.plan.plan import Diff, Plan
from support.netns import Echo, How, Network, Reached, Space, build_world, reach
from support.netns_inside import Inside

PODS = {"pod-a": "b1", "pod-b": "b2", "pod-c": "b3", "pod-d": "b4"}
QUIET = 0.3
"""Seconds in which an answer would have come; only for those who expect none."""


class Stage:
    """Pods answer wherever a case wants them to; one engine for all cases, as in real life."""

    def __init__(self, network: Network) -> None:
        world = build_world(network)
        world.client.up("eth0", ("192.0.2.11/24", "2001:db8:1::11/64"))
        self.echo = Echo(network)
        self.pods = {pod: world.backends[name] for pod, name in PODS.items()}
        self.hosts: dict[str, Space] = {
            "outside": world.client,
            "outside-2": world.client,
            THIS_MACHINE: world.machine,
            **self.pods,
        }
        self.machine = world.machine
        self.state = Path(tempfile.mkdtemp(prefix="portico-"))
        network.at_end(lambda: shutil.rmtree(self.state))
        self.inside = Inside(network, world.machine)
        self.askers = ThreadPoolExecutor(8)
        network.at_end(self.askers.shutdown)
        self.engines = self.inside.call(engines, self.state)
        network.at_end(self._close)
        self._pod_of = {
            address: pod for pod in self.pods for address in HOSTS[pod].values()
        }  # fmt: skip

    def serve(self, plan: Plan, served: Iterable[Served]) -> None:
        """Make it true, and open the servers. Connections of other cases are forgotten."""
        for place in served:
            if pod := self._pod_of.get(place.address):
                self.echo.listen(self.pods[pod], place.transport, place.port)
        self.converge(plan)
        self.machine.run("conntrack", "-F")

    def converge(self, plan: Plan, hint: Diff | None = None) -> None:
        """Make it true; connections go on."""
        for engine in self.engines:
            report = self.inside.run(engine.converge(plan, hint))
            assert report.in_sync, report.detail

    def ask(self, packet: Packet) -> Reached:
        """One connection, as the row says it."""
        how = How(
            source="" if packet.who == THIS_MACHINE else packet.client,
            **({"patience": QUIET} if packet.ends in ("dropped", "not served") else {}),
        )
        space = self.hosts[packet.who]
        return reach(space, packet.transport, packet.address, packet.port, how)

    def endpoint(self, reached: Reached, packet: Packet) -> tuple[str, int]:
        """Who answered, as a case says it."""
        pod = next(pod for pod, name in PODS.items() if name == reached.name)
        return HOSTS[pod][packet.family], reached.local_port

    def _close(self) -> None:
        for engine in reversed(self.engines):
            self.inside.run(engine.close(keep=False))


def engines(state: Path) -> list[Engine]:
    """The engines of layer 4, as `portico up` makes them."""
    port = relay_port(state)
    return [Relay(relay.Options(state_dir=state)), Nftables(nftables.Options(relay_port=port))]
