"""The units of layer 4 as plain values."""

from typing import assert_never

from portico.plan.document_parts import (
    Document,
    endpoint_documents,
    left_out_documents,
    origin_document,
)
from portico.plan.frontend import Forwarding, Frontend, NodePort, PortRequest
from portico.plan.health_port import HealthPort
from portico.plan.machine import Machine
from portico.plan.pool import Pool
from portico.plan.probe import Probe

L4Unit = Machine | Frontend | NodePort | PortRequest | Pool | Probe | HealthPort


def l4_fields(unit: L4Unit) -> dict[str, object]:
    """Everything but the refusals, which all units have."""
    match unit:
        case Machine():
            return _machine(unit)
        case Pool():
            return _pool(unit)
        case Probe():
            return _probe(unit)
        case HealthPort():
            return {
                "name": unit.key.name,
                "service": str(unit.service),
                "localEndpoints": unit.local_endpoints,
                "from": origin_document(unit.origin),
            }
        case _:
            return _entrance(unit)


def _entrance(unit: Frontend | NodePort | PortRequest) -> dict[str, object]:
    named: dict[str, object] = {
        "name": unit.key.name,
        "service": str(unit.service),
        "servicePort": unit.service_port,
        "from": origin_document(unit.origin),
    }
    match unit:
        case Frontend():
            return named | {
                "entry": unit.entry.value,
                "forwarding": unit.forwarding and forwarding_document(unit.forwarding),
            }
        case NodePort():
            forwardings = [forwarding_document(each) for each in unit.forwardings]
            return named | {"leased": unit.leased, "forwardings": forwardings}
        case PortRequest():
            return named
        case _:
            assert_never(unit)


def forwarding_document(forwarding: Forwarding) -> Document:
    """`sources` is there only where clients are told apart; an empty list lets nobody in."""
    told: dict[str, object] = {
        "family": forwarding.family.value,
        "pool": forwarding.pool.name,
        "masquerade": forwarding.masquerade.value,
    }
    if forwarding.inside is not None:
        told["inside"] = forwarding.inside.name
    if forwarding.sources is not None:
        told["sources"] = [str(network) for network in forwarding.sources]
    return told


def _machine(unit: Machine) -> dict[str, object]:
    return {
        "name": unit.key.name,
        "addresses": list(unit.addresses),
        "nodePortAddresses": list(unit.node_port_addresses),
        "loadBalancerAddresses": list(unit.load_balancer_addresses),
        "pods": [str(network) for network in unit.pods],
    }


def _pool(unit: Pool) -> dict[str, object]:
    return {
        "name": unit.key.name,
        "service": str(unit.service),
        "port": unit.port,
        "scope": unit.scope.value,
        "pick": unit.pick.value,
        "affinitySeconds": unit.affinity or None,
        "proxyProtocol": unit.proxy_protocol or None,
        "whileEmpty": unit.void.value,
        "familyIsAssumed": unit.is_assumed or None,
        "endpoints": endpoint_documents(unit.endpoints),
        "leftOut": left_out_documents(unit.left_out),
    }


def _probe(unit: Probe) -> dict[str, object]:
    return {
        "name": unit.key.name,
        "node": str(unit.node),
        "address": unit.address,
        "port": unit.port,
        "path": unit.path,
        "interval": unit.interval,
        "timeout": unit.timeout,
        "healthyAfter": unit.healthy,
        "unhealthyAfter": unit.unhealthy,
        "connectPorts": list(unit.connect_ports),
    }
