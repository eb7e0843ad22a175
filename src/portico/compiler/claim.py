"""What one fact asks of one unit.

Tens of thousands of claims live as long as their facts, so they are kept out of the garbage
collector's walks, like the facts (see model/fact.py).
"""

from typing import Final, NamedTuple

from msgspec import Struct

from portico.compiler.wants_l4 import L4Want
from portico.compiler.wants_lb import AnnouncedWant
from portico.model.networking import BackendPort
from portico.model.ref import Ref
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressRequest
from portico.plan.bgp import BgpPeer
from portico.plan.key import Key, Origin
from portico.plan.site import TLS, Route
from portico.plan.verdict import Refusal

UNDATED: Final = "~"
"""After every moment: an object that no API server has created is the youngest."""


class Rank(NamedTuple):
    """Who goes first: the oldest object, then namespace and name. Within an object: its order.

    The kind comes last: it only has to keep two objects of one name and moment apart.
    """

    created: str
    namespace: str
    name: str
    kind: str


def rank_of(created: str, ref: Ref) -> Rank:
    """`created` is RFC 3339 in UTC, or empty."""
    # Without the Z, "…:00" sorts before "…:00.5": text order is time order.
    return Rank(created.removesuffix("Z") or UNDATED, ref.namespace, ref.name, ref.kind)


class DefaultWant(Struct, frozen=True, gc=False):
    """Requests that match no path go to this route.

    An implicit want stands for "and whatever else matches no rule": losing it is no refusal.
    """

    route: Route
    implicit: bool


class BackendWant(Struct, frozen=True, gc=False):
    """A Service port is to be reachable."""

    service: Ref
    port: BackendPort
    origin: Origin


class CertificateWant(Struct, frozen=True, gc=False):
    """The certificate of a Secret is to be shown."""

    secret: Ref
    origin: Origin


class OutcomeWant(Struct, frozen=True, gc=False):
    """Which units an object asked for (or only mentioned), and what was refused on the way."""

    origin: Ref
    asked: tuple[Key, ...]
    refused: tuple[Refusal, ...]
    mentioned: tuple[Key, ...] = ()


class SiteWant(Struct, frozen=True, gc=False):
    """The host exists, even if no path of it can be served."""

    origin: Origin


Want = (
    Route
    | DefaultWant
    | TLS
    | SiteWant
    | BackendWant
    | CertificateWant
    | OutcomeWant
    | L4Want
    | AddressPool
    | AddressRequest
    | AnnouncedWant
    | BgpPeer
)


class Claim(Struct, frozen=True, gc=False):
    """Claims name the unit they want, so grouping them is a dictionary."""

    key: Key
    rank: Rank
    want: Want
