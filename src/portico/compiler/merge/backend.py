"""Claims on one Service port -> Backend: where its endpoints are, and what they speak."""

from collections.abc import Mapping, Sequence
from typing import Final

from portico.compiler.claim import BackendWant, Claim
from portico.compiler.look import Look
from portico.compiler.merge.endpoints import endpoints_of
from portico.compiler.merge.external_name import resolved
from portico.model.core import Service, ServicePort
from portico.model.networking import BackendPort
from portico.plan.backend import Backend, Protocol
from portico.plan.key import Key
from portico.plan.verdict import Because, Refusal

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
    want = claims[0].want
    assert isinstance(want, BackendWant)
    service = look.get(Service, want.service.namespace, want.service.name)
    if service is None:
        return _without(key, claims, Because.SERVICE_MISSING)
    if service.spec.type == "ExternalName":
        return _external(key, claims, service, look)
    port = _service_port(service, want.port)
    if port is None:
        return _without(key, claims, Because.PORT_MISSING)
    if port.protocol != "TCP":
        return _without(key, claims, Because.PORT_NOT_TCP)
    endpoints, refused = endpoints_of(service.ref, port.name, look)
    return Backend(
        key=key,
        service=want.service,
        port=str(want.port),
        protocol=_protocol(port),
        balance=look.settings.balance,
        endpoints=endpoints,
        refused=(*refused, *(() if endpoints else _refusals(claims, Because.NO_ENDPOINTS))),
    )


def _external(key: Key, claims: Sequence[Claim], service: Service, look: Look) -> Backend:
    want = claims[0].want
    assert isinstance(want, BackendWant)
    port = _service_port(service, want.port)
    number = want.port.number
    if port is not None:
        number = port.target_port if isinstance(port.target_port, int) and port.target_port else port.port
    if number is None:
        return _without(key, claims, Because.PORT_MISSING)
    name = service.spec.external_name.rstrip(".").lower()
    endpoints = resolved(service.ref, name, number, look)
    if endpoints is None:
        return _without(key, claims, Because.EXTERNAL_NAME_INVALID, repr(name))
    return Backend(
        key=key,
        service=want.service,
        port=str(want.port),
        protocol=_protocol(port),
        balance=look.settings.balance,
        endpoints=endpoints,
        resolves=name,
    )


def _service_port(service: Service, wanted: BackendPort) -> ServicePort | None:
    for port in service.spec.ports:
        if port.port == wanted.number if wanted.number is not None else port.name == wanted.name:
            return port
    return None


def _protocol(port: ServicePort | None) -> Protocol:
    return PROTOCOLS.get(port.app_protocol.lower(), Protocol.HTTP) if port else Protocol.HTTP


def _without(key: Key, claims: Sequence[Claim], because: Because, detail: str = "") -> Backend:
    want = claims[0].want
    assert isinstance(want, BackendWant)
    refused = _refusals(claims, because, detail)
    return Backend(key=key, service=want.service, port=str(want.port), refused=refused)


def _refusals(claims: Sequence[Claim], because: Because, detail: str = "") -> tuple[Refusal, ...]:
    return tuple(
        Refusal(want.origin, because, detail or f"{want.service.namespace}/{want.service.name}")
        for claim in claims
        if isinstance(want := claim.want, BackendWant)
    )
