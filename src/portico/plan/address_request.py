"""What a Service of type LoadBalancer wants of the pools, and what it has been given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from portico.model.ref import Ref
from portico.plan.address_pool import Product
from portico.plan.key import ADDRESS_REQUEST, Key, Origin
from portico.plan.transport import Family, Transport
from portico.plan.verdict import Refusal


class Stack(StrEnum):
    """How many families a Service wants to be reached in (its ipFamilyPolicy)."""

    SINGLE = "SingleStack"
    PREFER_DUAL = "PreferDualStack"
    REQUIRE_DUAL = "RequireDualStack"


class Terms(NamedTuple):
    """What decides with whom a Service may share an address."""

    product: Product
    sharing: str
    """The sharing key; empty: with nobody."""

    backend: str
    """Where the traffic policy is Local: which pods are selected. Otherwise empty."""

    ports: frozenset[tuple[Transport, int]]


@dataclass(frozen=True, slots=True)
class AddressWant:
    """What one Service wants. Families begin with the primary one; of a single stack that names no
    family, one of several is as good as the other.
    """

    service: Ref
    created: str
    """RFC 3339 without the Z, or `~` if no API server has created it: who is older goes first."""

    terms: Terms
    families: tuple[Family, ...]
    stack: Stack = Stack.SINGLE
    pool: str = ""
    """By name; empty: any that fits."""

    addresses: tuple[str, ...] = ()
    """Those that are wanted, in their canonical spelling, at most one a family."""

    labels: Mapping[str, str] = field(default_factory=dict)
    namespace_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def rank(self) -> tuple[str, Ref]:
        """Who goes first among those that want the same."""
        return self.created, self.service


class Given(NamedTuple):
    """What a Service has been given of the pools; nothing, where it was refused."""

    addresses: tuple[str, ...]
    pool: str
    is_record: bool
    """Otherwise the record is the status of the Service, and this is to be written there."""


@dataclass(frozen=True, slots=True)
class AddressRequest:
    """One Service asks for addresses of a pool, or (without a want) gives back what it has of one.

    `held` are those that its status shows: what others have given, or we before this start.
    """

    key: Key
    service: Ref
    want: AddressWant | None
    held: tuple[str, ...]
    given: Given | None
    """None: nobody has answered yet."""

    origin: Origin
    refused: tuple[Refusal, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Those that are the Service's by the record."""
        return self.given.addresses if self.given and self.given.is_record else self.held


def address_request_key(service: Ref) -> Key:
    """E.g. `shop/web`."""
    return Key(ADDRESS_REQUEST, f"{service.namespace}/{service.name}")
