"""The endpoints of one Service port as they are written: its slices, else its Endpoints object.

Everybody who sends anything to endpoints reads them here, whatever is done with them then.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from portico.compiler.address import dialable
from portico.compiler.look import Look
from portico.model.core import EndpointPort, Endpoints
from portico.model.discovery import EndpointSlice, Hints, SlicePort, slices_of
from portico.model.ref import Ref
from portico.plan.backend import Endpoint
from portico.plan.key import Origin
from portico.plan.transport import Transport, place_of
from portico.plan.verdict import Because, Refusal


class Wanted(NamedTuple):
    """One port of a Service: its name is what its endpoints' ports are called."""

    service: Ref
    port_name: str
    transport: Transport = Transport.TCP
    publishes_not_ready: bool = False
    """All endpoints are to count as ready (`publishNotReadyAddresses`)."""


class Candidate(Struct, frozen=True, gc=False):
    """One endpoint, and what decides whether it is used."""

    address: str
    port: int
    origin: Origin
    is_ready: bool = True
    is_last_resort: bool = False
    """It is terminating and still serves."""

    node: str = ""
    zone: str = ""
    hints: Hints | None = None

    def __str__(self) -> str:
        return place_of(self.address, self.port)


class Read(NamedTuple):
    """Addresses are in their canonical spelling; `refused` are those that are none."""

    candidates: list[Candidate]
    refused: tuple[Refusal, ...]


def candidates_of(wanted: Wanted, look: Look) -> Read:
    """All of them, ready or not, loopback or not, in the order in which they are written."""
    slices = look.group(EndpointSlice, slices_of(wanted.service))
    if slices:
        return _valid(_of_slices(slices, wanted))
    fallback = look.get(Endpoints, wanted.service.namespace, wanted.service.name)
    return _valid(_of_endpoints(fallback, wanted) if fallback else ())


def usable(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Ready endpoints; only where there is none do terminating ones that still serve (KEP-1669),
    so that the last pod of a rollout is not lost.
    """
    found = list(candidates)
    ready = [candidate for candidate in found if candidate.is_ready]
    return ready or [candidate for candidate in found if candidate.is_last_resort]


def unique(candidates: Iterable[Candidate]) -> tuple[Endpoint, ...]:
    """Each address and port once, in a stable order."""
    found: dict[tuple[str, int], Endpoint] = {}
    for one in candidates:
        place = (one.address, one.port)
        if place not in found:
            found[place] = Endpoint(one.address, one.port, one.origin)
    return tuple(found[place] for place in sorted(found))


def _valid(candidates: Iterable[Candidate]) -> Read:
    good = []
    refused = []
    for candidate in candidates:
        address = dialable(candidate.address, accepts_loopback=True)
        if address is None:
            told = repr(candidate.address)
            refused.append(Refusal(candidate.origin, Because.ADDRESS_INVALID, told))
        elif address == candidate.address:
            good.append(candidate)
        else:
            good.append(replace(candidate, address=address))
    return Read(good, tuple(refused))


def _of_slices(slices: Iterable[EndpointSlice], wanted: Wanted) -> Iterator[Candidate]:
    for found in slices:
        number = _number(found.ports, wanted)
        if number is None:
            continue
        ref = found.ref
        for index, endpoint in enumerate(found.endpoints):
            if not endpoint.addresses:
                continue
            yield Candidate(
                # The API: all addresses of one endpoint are fungible, and consumers use the first.
                endpoint.addresses[0],
                number,
                Origin(ref, _first_address(index)),
                wanted.publishes_not_ready or endpoint.is_ready,
                endpoint.is_terminating and endpoint.is_serving,
                endpoint.node_name,
                endpoint.zone,
                endpoint.hints,
            )


@lru_cache(1000)
def _first_address(index: int) -> str:
    """The field, kept once for all slices: there are tens of thousands of endpoints."""
    return f"endpoints[{index}].addresses[0]"


def _of_endpoints(fact: Endpoints, wanted: Wanted) -> Iterator[Candidate]:
    for nth, subset in enumerate(fact.subsets):
        number = _number(subset.ports, wanted)
        if number is None:
            continue
        for field, addresses, is_ready in (
            ("addresses", subset.addresses, True),
            ("notReadyAddresses", subset.not_ready_addresses, wanted.publishes_not_ready),
        ):
            for index, address in enumerate(addresses):
                origin = Origin(fact.ref, f"subsets[{nth}].{field}[{index}].ip")
                yield Candidate(address.ip, number, origin, is_ready, node=address.node_name)


def _number(ports: Iterable[SlicePort | EndpointPort], wanted: Wanted) -> int | None:
    """The port number behind the name; each slice may have its own."""
    protocol = wanted.transport.upper()
    for port in ports:
        if port.name == wanted.port_name and port.protocol == protocol:
            return port.port
    return None
