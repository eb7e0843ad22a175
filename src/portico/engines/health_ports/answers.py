"""What load balancers are told, byte for byte as they expect it of a node (KEP-1669, KEP-3836)."""

import datetime
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from portico.plan.health_port import HealthPort


class Answer(NamedTuple):
    """Status, headers of its own, and JSON."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes


def of_service(unit: HealthPort, *, is_healthy: bool) -> Answer:
    """200 while new connections find an endpoint on this machine."""
    body = {
        "service": {"namespace": unit.service.namespace, "name": unit.service.name},
        "localEndpoints": unit.local_endpoints,
        "serviceProxyHealthy": is_healthy,
    }
    weight = {"X-Load-Balancing-Endpoint-Weight": str(unit.local_endpoints)}
    return _answer(body, is_good=is_healthy and unit.local_endpoints > 0, headers=weight)


def of_node(path: str, *, is_healthy: bool, updated: float, now: float) -> Answer:
    """200 while this machine does as the plan says; times are seconds since the epoch."""
    body: dict[str, object] = {"lastUpdated": _text(updated), "currentTime": _text(now)}
    if path == "/healthz":
        return _answer({**body, "nodeEligible": True}, is_good=is_healthy)
    if path == "/livez":
        return _answer(body, is_good=is_healthy)
    return Answer(HTTPStatus.NOT_FOUND, {}, b"{}\n")


def _answer(
    body: Mapping[str, object], *, is_good: bool, headers: Mapping[str, str] | None = None
) -> Answer:
    status = HTTPStatus.OK if is_good else HTTPStatus.SERVICE_UNAVAILABLE
    return Answer(status, headers or {}, json.dumps(body, indent=2).encode() + b"\n")


def _text(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()
