"""What one fact asks of one unit."""

from dataclasses import dataclass
from typing import NamedTuple

from portico.model.networking import BackendPort
from portico.model.ref import Ref
from portico.plan.key import Key, Origin
from portico.plan.site import TLS, Route
from portico.plan.verdict import Refusal

UNDATED = "~"
"""Sorts after every timestamp: an object that was never created by an API server is the youngest."""


class Rank(NamedTuple):
    """Who goes first: the oldest object, then namespace and name, then the order within it."""

    created: str
    namespace: str
    name: str
    index: int


@dataclass(frozen=True, slots=True)
class DefaultWant:
    """Requests that match no path go to this route.

    An implicit want stands for "and whatever else matches no rule": losing it is no refusal.
    """

    route: Route
    implicit: bool


@dataclass(frozen=True, slots=True)
class BackendWant:
    """A Service port is to be reachable."""

    service: Ref
    port: BackendPort
    origin: Origin


@dataclass(frozen=True, slots=True)
class CertificateWant:
    """The certificate of a Secret is to be shown."""

    secret: Ref
    origin: Origin


@dataclass(frozen=True, slots=True)
class OutcomeWant:
    """Which units were asked, and what was refused on the way."""

    asked: tuple[Key, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class SiteWant:
    """The host exists, even if no path of it can be served."""

    origin: Origin


Want = Route | DefaultWant | TLS | SiteWant | BackendWant | CertificateWant | OutcomeWant


@dataclass(frozen=True, slots=True)
class Claim:
    """Claims name the unit they want, so grouping them is a dictionary."""

    key: Key
    rank: Rank
    want: Want
