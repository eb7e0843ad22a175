"""What Portico found out by itself, as found.yaml of a case tells it."""

from collections.abc import Mapping
from typing import Any

from portico.model.fact import Fact, Metadata
from portico.model.local import (
    AddressLease,
    Failed,
    Health,
    Listening,
    NodePortLease,
    lease_name,
    listening_name,
)


def found_out(told: Mapping[str, Any]) -> list[Fact]:
    unknown = told.keys() - {"addresses", "health", "leases", "listening"}
    assert not unknown, unknown
    return [
        *(_address(**row) for row in told.get("addresses", ())),
        *(_health(**row) for row in told.get("health", ())),
        *(_lease(**row) for row in told.get("leases", ())),
        *(_listening(**row) for row in told.get("listening", ())),
    ]


def _address(
    service: str, addresses: tuple[str, ...] = (), because: str = "", detail: str = ""
) -> Fact:
    namespace, name = service.split("/")
    metadata = Metadata(name=name, namespace=namespace)
    return AddressLease(
        metadata=metadata, addresses=tuple(addresses), because=because, detail=detail
    )


def _health(probe: str, reason: str = "", failed: Mapping[int, str] | None = None) -> Fact:
    """`failed` are ports that do not answer, where the node itself does."""
    ports = tuple(Failed(port, why) for port, why in (failed or {}).items())
    # The name of a probe holds a slash, which no name of a manifest does: built, not decoded.
    return Health(
        metadata=Metadata(name=probe), healthy=not reason, reason=reason, failed_ports=ports
    )


def _lease(service: str, port: int, node_port: int, transport: str = "tcp") -> Fact:
    namespace, name = service.split("/")
    metadata = Metadata(name=lease_name(name, port, transport), namespace=namespace)
    return NodePortLease(metadata=metadata, node_port=node_port)


def _listening(port: int, transport: str = "tcp", addresses: tuple[str, ...] = ()) -> Fact:
    metadata = Metadata(name=listening_name(transport, port))
    return Listening(metadata=metadata, addresses=tuple(addresses or ("0.0.0.0", "::")))
