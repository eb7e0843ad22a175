"""Nodes and the Services on their node ports, as a folder of manifests; and how nodes fail."""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from bench.l4.street import Lane, Street

FIRST_NODE_PORT: Final = 30000
FIRST_HEALTH_PORT: Final = 30100
KUBE_PROXY_PORT: Final = 10256
PORTS: Final = ("30000-30199", str(KUBE_PROXY_PORT))
"""Where every node answers."""

_NODE: Final = """\
---
apiVersion: v1
kind: Node
metadata:
  name: node-{number:03}
status:
  addresses:
    - type: InternalIP
      address: {address}
"""
_SERVICE: Final = """\
---
apiVersion: v1
kind: Service
metadata:
  name: service-{number:03}
  namespace: bench
spec:
  type: LoadBalancer
{policy}\
  ports:
    - port: 80
      nodePort: {node_port}
status:
  loadBalancer:
    ingress:
      - ip: {address}
"""
_LOCAL: Final = """\
  externalTrafficPolicy: Local
  healthCheckNodePort: {health_port}
"""
_FAILURES: Final = """\
table inet failures {
    set silent { type ipv4_addr
    }
    set refusing { type ipv4_addr
    }
    set closed { type inet_service
    }
    chain input {
        type filter hook input priority 0
        tcp dport @closed reject with tcp reset
        ip daddr @silent drop
        ip daddr @refusing meta l4proto tcp reject with tcp reset
    }
    chain output {
        type filter hook output priority 0
        ip saddr @silent drop
    }
}
"""
SILENT: Final = "silent"
REFUSING: Final = "refusing"
CLOSED: Final = "closed"


def node(number: int) -> str:
    """Its address: one of the server's."""
    return str(IPv4Address("10.40.0.1") + number)


@dataclass(frozen=True, slots=True)
class Cluster:
    """So many of both. If it is local, every Service has a health check node port of its own."""

    nodes: int
    services: int
    is_local: bool = False

    def manifests(self, lane: Lane) -> str:
        """Every Service has a node port, and an address on this lane."""
        text = [_NODE.format(number=each, address=node(each)) for each in range(self.nodes)]
        for number in range(self.services):
            policy = _LOCAL.format(health_port=FIRST_HEALTH_PORT + number) if self.is_local else ""
            text.append(
                _SERVICE.format(
                    number=number,
                    policy=policy,
                    node_port=FIRST_NODE_PORT + number,
                    address=lane.service(number),
                )
            )
        return "".join(text)


class Failures:
    """Addresses of the server that are silent or refusing, and ports that are closed on all."""

    def __init__(self, street: Street) -> None:
        self._server = street.server
        self._server.run("nft", "-f", "-", given=_FAILURES)

    def begin(self, kind: str, what: str) -> None:
        self._server.run("nft", f"add element inet failures {kind} {{ {what} }}")

    def end(self, kind: str, what: str) -> None:
        self._server.run("nft", f"delete element inet failures {kind} {{ {what} }}")
