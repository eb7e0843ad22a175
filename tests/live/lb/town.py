"""Nodes on one LAN with a client and backends, and the same folder of manifests for all of them."""

import json
import subprocess
from pathlib import Path

from live.l4.manifests import PORT, Document
from live.l4.router import Router
from live.until import until
from portico.engines.arp.election import draw
from support.netns import Echo, Network, Space

POOL = "192.0.2.0/24"
VIP, VIP6 = "192.0.2.200", "2001:db8::200"


class Town:
    """Node `a` is 192.0.2.11 and so on; backend b1 is 192.0.2.51, in IPv6 2001:db8::51."""

    def __init__(self, network: Network, root: Path, nodes: str = "ab") -> None:
        self.switch = network.switch("lan")
        self.client = self._plug(network.space("client"), 1)
        self.backends = {}
        echo = Echo(network)
        for number in (1, 2):
            space = self._plug(network.space(f"b{number}"), 50 + number)
            self.backends[space.name] = space
            echo.listen(space, "tcp", PORT)
            echo.listen(space, "udp", PORT)
        self.folder = root / "manifests"
        self.folder.mkdir()
        self.nodes: dict[str, Router] = {}
        for number, name in enumerate(nodes, 1):
            space = self._plug(network.space(f"node-{name}"), 10 + number)
            space.sysctl({"net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1})
            made = Router(root / name, space)
            made.origin = (str(self.folder),)
            made.defaults = (*made.defaults, "--node-name", name, "--only", "l4", "--only", "lb")
            self.nodes[name] = made

    def save(self, name: str, *texts: str) -> None:
        (self.folder / name).write_text("---\n".join(texts))

    def start(self, *options: str) -> None:
        for node in self.nodes.values():
            node.launch(*options)
        for node in self.nodes.values():
            node.wait_until_ready()

    def settle(self, addresses: int) -> str:
        """Until everybody knows everybody, and one node has so many addresses, all of a Service:
        the one that is elected. Its name.
        """
        elected = draw(tuple(self.nodes), VIP)
        assert elected
        until(lambda: self._is_settled(elected, addresses), f"{elected} to have all")
        until(lambda: self.owner() in ("", elected), "word of it")
        return elected

    def _is_settled(self, elected: str, addresses: int) -> bool:
        found = {name: node.engine("arp")["figures"] for name, node in self.nodes.items()}
        knows = all(each.get("neighbours") == len(found) - 1 for each in found.values())
        return knows and all(
            each.get("held") == (addresses if name == elected else 0)
            for name, each in found.items()
        )

    def owner(self, address: str = VIP) -> str:
        """The name of the node that the client's kernel sends packets to; empty: unknown."""
        told = self.client.run("ip", "neighbour", "show", address)
        words = told.split()
        mac = words[words.index("lladdr") + 1] if "lladdr" in words else ""
        return next((name for name, each in self.nodes.items() if mac_of(each.space) == mac), "")

    def forget(self, address: str = VIP) -> None:
        """Have the client ask anew."""
        self.client.run("ip", "neighbour", "flush", "to", address)

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()

    def _plug(self, space: Space, number: int) -> Space:
        self.switch.plug(space, f"192.0.2.{number}/24", f"2001:db8::{number}/64")
        return space


def mac_of(space: Space) -> str:
    with space.entered():
        told = subprocess.run(
            ["ip", "-brief", "link", "show", "eth0"], check=True, capture_output=True, text=True
        ).stdout
    return told.split()[2]


def pool(*ranges: str, name: str = "edge") -> str:
    return metallb("IPAddressPool", name, {"addresses": ranges})


def l2(name: str = "all", **spec: object) -> str:
    return metallb("L2Advertisement", name, spec)


def endpoints(name: str, **by_backend: str) -> str:
    """Backends and the nodes that they are said to be on: `b1="a"`."""
    found = [
        {"addresses": [f"192.0.2.5{backend[1:]}"], "nodeName": node}
        for backend, node in by_backend.items()
    ]
    return _slice(name, "IPv4", found)


def endpoints6(name: str, **by_backend: str) -> str:
    found = [
        {"addresses": [f"2001:db8::5{backend[1:]}"], "nodeName": node}
        for backend, node in by_backend.items()
    ]
    return _slice(name, "IPv6", found)


def _slice(name: str, kind: str, found: list[Document]) -> str:
    return (
        json.dumps(
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {
                    "name": f"{name}-{kind.lower()}",
                    "namespace": "shop",
                    "labels": {"kubernetes.io/service-name": name},
                },
                "addressType": kind,
                "ports": [
                    {"name": "p80", "port": PORT},
                    {"name": "p53", "port": PORT, "protocol": "UDP"},
                ],
                "endpoints": found,
            }
        )
        + "\n"
    )


def metallb(kind: str, name: str, spec: object) -> str:
    meta = {"name": name, "namespace": "metallb-system"}
    return (
        json.dumps(
            {"apiVersion": "metallb.io/v1beta1", "kind": kind, "metadata": meta, "spec": spec}
        )
        + "\n"
    )
