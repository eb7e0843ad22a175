"""A Lease, what it says of who leads, and since when by our own clock. No I/O.

The times in a Lease are those of its holder's clock, and nobody else's: whoever waits for a lease
to run out measures how long it has seen it unchanged.
"""

import datetime
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec import Struct

from portico.kube.api.resource import Resource

LEASES: Final = Resource("coordination.k8s.io", "v1", "leases", "Lease")


class LeaseSpec(Struct, frozen=True, rename="camel"):
    """Times are RFC 3339 with microseconds."""

    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: str | None = None
    renew_time: str | None = None
    lease_transitions: int | None = None


class LeaseMetadata(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a write has to name."""

    name: str
    namespace: str = ""
    resource_version: str = ""


class Lease(Struct, frozen=True, rename="camel"):
    """As it is read and, without what is not ours to write, patched."""

    metadata: LeaseMetadata
    spec: LeaseSpec = LeaseSpec()
    api_version: str = LEASES.api_version
    kind: str = LEASES.kind

    @property
    def holder(self) -> str:
        return self.spec.holder_identity or ""


read_lease: Final = msgspec.json.Decoder(Lease).decode


@dataclass(frozen=True, slots=True)
class Terms:
    """Seconds, as the controllers of Kubernetes have them."""

    duration: float = 15.0
    """After which the others may take a lease that was not renewed."""
    renew_within: float = 10.0
    """After which a leader that could not renew it stops, which is before the others start."""
    retry: float = 2.0


@dataclass(frozen=True, slots=True)
class Sight:
    """A Lease, and when it was first seen as it is."""

    lease: Lease
    since: float

    def ends_at(self) -> float:
        """By our own clock; at once where nobody holds it."""
        spec = self.lease.spec
        if not self.lease.holder:
            return self.since
        return self.since + (spec.lease_duration_seconds or 0)


def sighted(lease: Lease, before: Sight | None, now: float) -> Sight:
    """A Lease whose holder has not touched it is the one that was seen before."""
    if before is not None and before.lease.spec == lease.spec:
        return Sight(lease, before.since)
    return Sight(lease, now)


def claimed(
    lease: Lease | None, name: LeaseMetadata, identity: str, terms: Terms, wall: float
) -> Lease:
    """The Lease as it is written by who takes it, or holds it on."""
    at = micro_time(wall)
    old = lease.spec if lease else LeaseSpec()
    is_ours = old.holder_identity == identity
    # Whoever follows counts from what it sees, so a fraction would only be lost.
    seconds = max(1, round(terms.duration))
    changes = old.lease_transitions or 0
    spec = LeaseSpec(
        identity,
        seconds,
        old.acquire_time if is_ours else at,
        at,
        changes if is_ours or lease is None else changes + 1,
    )
    return Lease(lease.metadata if lease else name, spec)


def released(lease: Lease, wall: float) -> Lease:
    """Free for whoever comes next, at once."""
    at = micro_time(wall)
    return Lease(lease.metadata, LeaseSpec("", 1, at, at, lease.spec.lease_transitions))


def micro_time(wall: float) -> str:
    """As the API writes a MicroTime."""
    at = datetime.datetime.fromtimestamp(wall, datetime.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
