"""One port of one Service, and the endpoints behind it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from portico.model.ref import Ref
from portico.plan.key import BACKEND, Key, Origin
from portico.plan.verdict import Refusal
from portico.settings import Balance


class Protocol(StrEnum):
    """What endpoints speak. GRPC is HTTP/2 without TLS, which gRPC and h2c share."""

    HTTP = "http"
    HTTPS = "https"
    GRPC = "grpc"
    GRPCS = "grpcs"


class Endpoint(Struct, frozen=True, gc=False):
    """An address and port that can be dialled."""

    address: str
    port: int
    origin: Origin


class LeftOut(NamedTuple):
    """An endpoint or a node that gets no new connections, and why."""

    who: str
    origin: Origin
    reason: str


@dataclass(frozen=True, slots=True)
class Backend:
    """`resolves` names the DNS name whose addresses are the endpoints, for an ExternalName.

    `left_out` are nodes, where nodes are what requests are sent to (`--via nodeport`).
    """

    key: Key
    service: Ref
    port: str
    protocol: Protocol = Protocol.HTTP
    balance: Balance = Balance.ROUND_ROBIN
    endpoints: tuple[Endpoint, ...] = ()
    resolves: str = ""
    left_out: tuple[LeftOut, ...] = ()
    refused: tuple[Refusal, ...] = ()


def backend_key(namespace: str, service: str, port: str) -> Key:
    """Names of Kubernetes hold no slash, so three of them joined by slashes cannot be confused."""
    return Key(BACKEND, f"{namespace}/{service}/{port}")
