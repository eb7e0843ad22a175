"""One host: its paths, in the order in which they are tried, and its TLS."""

from dataclasses import dataclass
from enum import StrEnum

from portico.plan.key import Key, Origin
from portico.plan.verdict import Refusal


class PathMatch(StrEnum):
    """Exact compares whole paths; Prefix compares path elements."""

    EXACT = "Exact"
    PREFIX = "Prefix"


@dataclass(frozen=True, slots=True)
class Route:
    """Requests to this path go to that backend. A prefix has no trailing slash, except `/`."""

    path: str
    match: PathMatch
    backend: Key
    redirects_to_https: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class TLS:
    """The host is served over TLS; without a certificate of its own, with the default one."""

    certificate: Key | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Site:
    """All that is served under one host name; the catch-all site has the empty name."""

    key: Key
    routes: tuple[Route, ...] = ()
    default: Route | None = None
    tls: TLS | None = None
    refused: tuple[Refusal, ...] = ()

    @property
    def host(self) -> str:
        return self.key.name
