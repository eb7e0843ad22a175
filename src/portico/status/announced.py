"""What is told of addresses that this node announces: ServiceL2Status, ServiceBGPStatus, events."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from portico.kube.api.resource import Resource
from portico.model.metallb import GROUP
from portico.model.ref import Ref
from portico.plan.announced import Sight
from portico.plan.bgp import BgpPeer, BgpRoute
from portico.plan.layer2 import Layer2
from portico.plan.plan import Plan
from portico.status.tidings import Tiding

STATUSES: Final = Resource(GROUP, "v1beta1", "servicel2statuses", "ServiceL2Status")
BGP_STATUSES: Final = Resource(GROUP, "v1beta1", "servicebgpstatuses", "ServiceBGPStatus")
PREFIXES: Final = {STATUSES.kind: "l2", BGP_STATUSES.kind: "bgp"}
"""Names of such objects begin with it."""

NODE_LABEL: Final = f"{GROUP}/node"
LONGEST_LABEL: Final = 63

ASSIGNED: Final = "nodeAssigned"
FAILED: Final = "announceFailed"


class Shown(NamedTuple):
    """One Service that this node announces, and where: on which interfaces, or to which peers."""

    service: Ref
    where: tuple[str, ...]


def announced_here(plan: Plan, sight: Sight) -> dict[Ref, Shown]:
    """By Service; of several addresses, the interfaces of all."""
    found: dict[Ref, set[str]] = {}
    for unit in plan.values():
        if isinstance(unit, Layer2) and (here := sight.of(unit.address).interfaces_of(sight.node)):
            for service in unit.services:
                found.setdefault(service, set()).update(here)
    return {service: Shown(service, tuple(sorted(names))) for service, names in found.items()}


def told_here(plan: Plan, node: str) -> dict[Ref, Shown]:
    """By Service, the peers that this node is to announce it to; no proof that they have heard."""
    mine = [unit for unit in plan.values() if isinstance(unit, BgpPeer) and node in unit.nodes]
    found: dict[Ref, set[str]] = {}
    for unit in plan.values():
        if isinstance(unit, BgpRoute):
            peers = {peer.peer.name for peer in mine if unit.told(node, peer.key) is not None}
            for service in unit.services if peers else ():
                found.setdefault(service, set()).update(peers)
    return {service: Shown(service, tuple(sorted(names))) for service, names in found.items()}


def object_name(resource: Resource, node: str, service: Ref) -> str:
    """The same for whoever runs on this node next, so that nothing is left behind."""
    text = f"{node}/{service.namespace}/{service.name}"
    return f"{PREFIXES[resource.kind]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def document(resource: Resource, node: str, namespace: str, shown: Shown) -> Mapping[str, object]:
    """The object without its status."""
    labels = {
        NODE_LABEL: node,
        f"{GROUP}/service-name": shown.service.name,
        f"{GROUP}/service-namespace": shown.service.namespace,
    }
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {
            "name": object_name(resource, node, shown.service),
            "namespace": namespace,
            "labels": {key: text[:LONGEST_LABEL].rstrip("-.") for key, text in labels.items()},
        },
    }


def status(node: str, shown: Shown) -> Mapping[str, object]:
    return {
        "node": node,
        "serviceName": shown.service.name,
        "serviceNamespace": shown.service.namespace,
        "interfaces": [{"name": name} for name in shown.where],
    }


def status_by_bgp(node: str, shown: Shown) -> Mapping[str, object]:
    return {
        "node": node,
        "serviceName": shown.service.name,
        "serviceNamespace": shown.service.namespace,
        "peers": list(shown.where),
    }


def assigned(node: str, service: Ref, protocol: str) -> Tiding:
    """In MetalLB's words, which people search for."""
    note = f'announcing from node "{node}" with protocol "{protocol}"'
    return Tiding(service, ASSIGNED, note, is_warning=False)


def failures(plan: Plan, sight: Sight) -> Iterator[Tiding]:
    """Of Services that this node is to announce on interfaces it does not have."""
    here = {name for own, link in sight.links.items() for name in (own, *link.names)}
    for unit in plan.values():
        if not isinstance(unit, Layer2):
            continue
        ours = [
            one for one in (*unit.candidates, unit.anyone) if one and one.node in ("", sight.node)
        ]
        for name in sorted({name for one in ours for name in one.interfaces} - here):
            why = sight.unusable.get(name, "there is no such interface")
            note = f'not announced from node "{sight.node}" on interface "{name}": {why}'
            for service in unit.services:
                yield Tiding(service, FAILED, note)
