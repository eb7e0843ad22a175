"""Claims on one Service port -> Backend: where its endpoints are, and what they speak."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from portico.compiler.claim import BackendWant, Claim
from portico.compiler.health_check import health_check
from portico.compiler.look import Look
from portico.compiler.merge.candidates import Wanted
from portico.compiler.merge.endpoints import Found, endpoints_of
from portico.compiler.merge.external_name import resolved, usable_name
from portico.compiler.merge.nodes import nodes_at
from portico.compiler.nodes import node_port_of
from portico.model.core import Service, ServicePort, ServiceSpec
from portico.model.networking import BackendPort
from portico.plan.backend import Backend, Protocol
from portico.plan.key import Key
from portico.plan.verdict import Because, Refusal
from portico.settings import Via

# Service.spec.ports[].appProtocol: IANA service names, or kubernetes.io/ names (KEP-3726).
PROTOCOLS: Final[Mapping[str, Protocol]] = {
    "https": Protocol.HTTPS,
    "kubernetes.io/wss": Protocol.HTTPS,
    "kubernetes.io/h2c": Protocol.GRPC,
    "grpc": Protocol.GRPC,
    "grpcs": Protocol.GRPCS,
}


def merge_backend(key: Key, claims: Sequence[Claim], look: Look) -> Backend:
    """Without endpoints the backend answers 503; everybody who claims it is told why."""
    wants = [claim.want for claim in claims if isinstance(claim.want, BackendWant)]
    ref, wanted = wants[0].service, wants[0].port
    backend = Backend(key, ref, str(wanted), balance=look.settings.balance)
    name = f"{ref.namespace}/{ref.name}"
    service = look.get(Service, ref.namespace, ref.name)
    if service is None:
        return _refused(backend, wants, Because.SERVICE_MISSING, name)
    port = _service_port(service.spec, wanted)
    if port is None:
        return _refused(backend, wants, Because.PORT_MISSING, f"{wanted} in Service {name}")
    if port.protocol != "TCP":
        return _refused(backend, wants, Because.PORT_NOT_TCP, f"{wanted} of Service {name}")
    backend = replace(backend, protocol=_protocol(port))
    if service.spec.type == "ExternalName":
        return _external(backend, wants, service.spec, port, look)
    if look.settings.via is Via.NODE_PORT:
        return _at_nodes(backend, wants, service, port, look)
    publishes = service.spec.publish_not_ready_addresses
    found = endpoints_of(Wanted(ref, port.name, publishes_not_ready=publishes), look)
    return _reaching(backend, wants, found)


def _service_port(spec: ServiceSpec, wanted: BackendPort) -> ServicePort | None:
    if spec.type == "ExternalName" and not spec.ports and wanted.number is not None:
        return ServicePort(port=wanted.number)  # it needs none of its own: nothing is translated
    found = [
        port
        for port in spec.ports
        if (port.port == wanted.number if wanted.number is not None else port.name == wanted.name)
    ]
    # One number may be given to TCP and to UDP.
    return min(found, key=lambda port: port.protocol != "TCP", default=None)


def _protocol(port: ServicePort) -> Protocol:
    return PROTOCOLS.get(port.app_protocol.lower(), Protocol.HTTP)


def _external(
    backend: Backend, wants: Sequence[BackendWant], spec: ServiceSpec, port: ServicePort, look: Look
) -> Backend:
    name = usable_name(spec.external_name)
    if name is None:
        because = Because.EXTERNAL_NAME_INVALID
        return _refused(backend, wants, because, repr(spec.external_name))
    number = port.target_port if isinstance(port.target_port, int) else port.port
    backend = replace(backend, resolves=name)
    found = resolved(backend.service, name, number, look)
    return backend if found is None else _reaching(backend, wants, found)


def _at_nodes(
    backend: Backend, wants: Sequence[BackendWant], service: Service, port: ServicePort, look: Look
) -> Backend:
    node_port = node_port_of(service, port)
    if not node_port:
        return _refused(backend, wants, Because.NODE_PORT_MISSING, f"{port.port}/TCP")
    found = nodes_at(node_port, health_check(service, port).port, look)
    backend = replace(backend, endpoints=found.endpoints, left_out=found.left_out)
    if found.endpoints:
        return backend
    name = f"{backend.service.namespace}/{backend.service.name}"
    return _refused(backend, wants, Because.NO_HEALTHY_NODE, name)


def _reaching(backend: Backend, wants: Sequence[BackendWant], found: Found) -> Backend:
    backend = replace(backend, endpoints=found.endpoints, refused=found.refused)
    if found.endpoints:
        return backend
    name = f"{backend.service.namespace}/{backend.service.name}"
    return _refused(backend, wants, Because.NO_ENDPOINTS, name)


def _refused(
    backend: Backend, wants: Sequence[BackendWant], because: Because, detail: str
) -> Backend:
    told = (Refusal(want.origin, because, detail) for want in wants)
    return replace(backend, refused=(*backend.refused, *told))
