"""A plan as plain values, for JSON and YAML. Private keys are not in it."""

from typing import assert_never

from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressRequest
from portico.plan.backend import Backend
from portico.plan.bgp import BgpPeer, BgpRoute
from portico.plan.certificate import Certificate
from portico.plan.document_announcing import announcing_fields
from portico.plan.document_l4 import l4_fields
from portico.plan.document_parts import (
    Document,
    endpoint_documents,
    left_out_documents,
    origin_document,
    refusal_document,
)
from portico.plan.document_pools import pool_fields
from portico.plan.frontend import Frontend, NodePort, PortRequest
from portico.plan.health_port import HealthPort
from portico.plan.layer2 import Layer2
from portico.plan.listener import Listener
from portico.plan.machine import Machine
from portico.plan.plan import Plan, Unit
from portico.plan.pool import Pool
from portico.plan.probe import Probe
from portico.plan.site import Route, Site
from portico.plan.verdict import Outcome, Refusal


def plan_document(plan: Plan) -> dict[str, list[Document]]:
    """All units by kind, each kind in the order of its names."""
    found: dict[str, list[Document]] = {}
    for key in sorted(plan):
        found.setdefault(f"{key.kind}s", []).append(unit_document(plan[key]))
    return found


def unit_document(unit: Unit) -> Document:
    """One unit; what is empty is left out."""
    return _without_empty(_fields(unit) | {"refused": _refusals(unit.refused)})


def route_document(route: Route) -> Document:
    return {
        "path": route.path,
        "match": route.match.value,
        "backend": route.backend.name,
        "redirectsToHttps": route.redirects_to_https,
        "from": origin_document(route.origin),
    }


def _fields(unit: Unit) -> dict[str, object]:
    match unit:
        case Listener():
            return _listener(unit)
        case Site() | Backend() | Certificate():
            return _http_fields(unit)
        case Outcome():
            return {"object": str(unit.origin), "asked": [str(key) for key in unit.asked]}
        case Machine() | Frontend() | NodePort() | PortRequest() | Pool() | Probe() | HealthPort():
            return l4_fields(unit)
        case AddressPool() | AddressRequest():
            return pool_fields(unit)
        case Layer2() | BgpPeer() | BgpRoute():
            return announcing_fields(unit)
        case _:
            assert_never(unit)


def _http_fields(unit: Site | Backend | Certificate) -> dict[str, object]:
    match unit:
        case Site():
            return _site(unit)
        case Backend():
            return _backend(unit)
        case Certificate():
            return _certificate(unit)


def _listener(unit: Listener) -> dict[str, object]:
    return {
        "name": unit.key.name,
        "addresses": list(unit.addresses),
        "port": unit.port,
        "tls": unit.tls,
        "redirectPort": unit.redirect_port,
    }


def _site(unit: Site) -> dict[str, object]:
    tls = unit.tls and {
        "certificate": unit.tls.certificate.name if unit.tls.certificate else "(default)",
        "from": origin_document(unit.tls.origin),
    }
    return {
        "host": unit.host or "(any other)",
        "routes": [route_document(route) for route in unit.routes],
        "default": unit.default and route_document(unit.default),
        "tls": tls,
    }


def _backend(unit: Backend) -> dict[str, object]:
    return {
        "name": unit.key.name,
        "service": str(unit.service),
        "port": unit.port,
        "protocol": unit.protocol.value,
        "balance": unit.balance.value,
        "resolves": unit.resolves,
        "endpoints": endpoint_documents(unit.endpoints),
        "leftOut": left_out_documents(unit.left_out),
    }


def _certificate(unit: Certificate) -> dict[str, object]:
    pair = unit.key_pair
    return {
        "name": unit.key.name,
        "secret": str(unit.secret),
        "names": list(pair.names) if pair else [],
        "notBefore": pair.not_before if pair else None,
        "notAfter": pair.not_after if pair else None,
        "fingerprint": pair.fingerprint if pair else "",
    }


def _refusals(refused: tuple[Refusal, ...]) -> list[Document]:
    return [refusal_document(refusal) for refusal in refused]


def _without_empty(fields: Document) -> Document:
    return {name: value for name, value in fields.items() if value not in ("", [], None)}
