"""A folder of manifests: Services with an address each, and slices with five endpoints."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from bench.l4.street import Lane, endpoint

EACH: Final = 5
IN_A_FILE: Final = 200


@dataclass(frozen=True, slots=True)
class Service:
    """One Service port and its endpoints; `address` is its load balancer address, or none."""

    number: int
    target: int
    address: str = ""
    transport: str = "TCP"
    port: int = 80
    annotations: str = "{}"

    @property
    def name(self) -> str:
        return f"service-{self.number:05}"

    @property
    def cluster_ip(self) -> str:
        return f"10.96.{self.number >> 8}.{self.number & 255}"

    @property
    def endpoints(self) -> list[str]:
        return [endpoint(self.number * EACH + n) for n in range(EACH)]


def services(lane: Lane, count: int, target: int) -> list[Service]:
    """As many, each with endpoints of its own, that clients reach through this lane."""
    return [Service(number, target, lane.service(number)) for number in range(count)]


def write(folder: Path, services: Iterable[Service]) -> None:
    """One file for each two hundred."""
    rest = iter(services)
    while some := list(islice(rest, IN_A_FILE)):
        text = "".join(f"---\n{document}" for one in some for document in documents(one))
        (folder / f"{some[0].name}.yaml").write_text(text)


def documents(one: Service) -> Iterator[str]:
    """The Service and its slice."""
    kind = _BALANCED if one.address else ""
    status = _STATUS.format(address=one.address) if one.address else ""
    yield _SERVICE.format(one=one, kind=kind, status=status)
    yield slice_document(one, one.endpoints)


def slice_document(one: Service, addresses: Iterable[str]) -> str:
    """The slice of a Service with other endpoints."""
    lines = "".join(f"  - addresses: [{address}]\n" for address in addresses)
    return _SLICE.format(one=one, addresses=lines)


_SERVICE: Final = """\
apiVersion: v1
kind: Service
metadata:
  name: {one.name}
  namespace: bench
  annotations: {one.annotations}
spec:
  clusterIP: {one.cluster_ip}
{kind}\
  ports:
    - name: main
      port: {one.port}
      protocol: {one.transport}
{status}"""

_BALANCED: Final = """\
  type: LoadBalancer
  allocateLoadBalancerNodePorts: false
"""

_STATUS: Final = """\
status:
  loadBalancer:
    ingress:
      - ip: {address}
"""

_SLICE: Final = """\
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: {one.name}-1
  namespace: bench
  labels:
    kubernetes.io/service-name: {one.name}
addressType: IPv4
ports:
  - name: main
    port: {one.target}
    protocol: {one.transport}
endpoints:
{addresses}"""
