"""Which addresses every Ingress shows, from what is known of the Service and the nodes before us.

The choice is that of the retired controller, so that records in a DNS stay as they are. It differs
where that one would publish nothing although it only does not know yet.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from portico.kube.api.told import Key
from portico.status.own_objects import OwnNode, OwnPod, OwnService
from portico.status.publish import Address, Addresses, Publish, address_of, in_order


class Unknown(NamedTuple):
    """What was published stays as it is."""

    reason: str


Published = Addresses | Unknown


@dataclass(slots=True)
class Surroundings:
    """What is known right now; kept by who watches it."""

    services: dict[Key, OwnService] = field(default_factory=dict)
    pods: dict[Key, OwnPod] = field(default_factory=dict)
    nodes: dict[Key, OwnNode] = field(default_factory=dict)


def published(publish: Publish, around: Surroundings) -> Published:
    """Sorted, each once; nothing where the Service is known to have no address."""
    if publish.addresses:
        return in_order(publish.addresses)
    if publish.service is None:
        return _of_nodes(publish, around)
    service = around.services.get(publish.service)
    if service is None:
        return Unknown(f"Service {publish.service} does not exist; see --publish-service")
    of_type = OF_TYPE.get(service.spec.type)
    if of_type is None:
        return Unknown(f"Service {publish.service} is of an unknown type")
    found = list(of_type(service))
    if any(not str(address) or address.ip == "None" for address in found):
        return Unknown(f"Service {publish.service} has no address of its own")
    return in_order(found)


def _of_load_balancer(service: OwnService) -> Iterable[Address]:
    for entry in service.status.load_balancer.ingress or ():
        yield Address(ip=entry.ip) if entry.ip else Address(hostname=entry.hostname)
    for ip in service.spec.external_ips or ():
        yield Address(ip=ip)


def _of_node_port(service: OwnService) -> Iterable[Address]:
    ips = service.spec.external_ips or (service.spec.cluster_ip,)
    return [Address(ip=ip) for ip in ips]


def _of_cluster_ip(service: OwnService) -> Iterable[Address]:
    return [Address(ip=service.spec.cluster_ip)]


def _of_external_name(service: OwnService) -> Iterable[Address]:
    return [Address(hostname=service.spec.external_name)]


OF_TYPE: Final[Mapping[str, Callable[[OwnService], Iterable[Address]]]] = {
    "LoadBalancer": _of_load_balancer,
    "NodePort": _of_node_port,
    "ClusterIP": _of_cluster_ip,
    "ExternalName": _of_external_name,
}


def _of_nodes(publish: Publish, around: Surroundings) -> Published:
    ready = [pod for pod in around.pods.values() if pod.is_ready]
    # Nobody is ready while the only replica restarts, and a DNS would forget us for that.
    if not ready:
        return Unknown("no pod of ours is ready")
    names = {pod.spec.node_name for pod in ready}
    nodes = (around.nodes.get(Key("", name)) for name in names)
    texts = (_node_address(node, publish) for node in nodes if node)
    found = in_order(address_of(text) for text in texts if text)
    return found or Unknown("no node that a pod of ours runs on has an address")


def _node_address(node: OwnNode, publish: Publish) -> str:
    """The external one where there is one and it is asked for."""
    told = reversed(node.status.addresses or ())
    by_type = {each.type: each.address for each in told if each.address}  # the first one stays
    internal = by_type.get("InternalIP", "")
    return internal if publish.by_internal_ip else by_type.get("ExternalIP") or internal
