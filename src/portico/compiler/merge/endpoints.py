"""The endpoints of one Service port, from its slices, else from its Endpoints object."""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from portico.compiler.look import Look
from portico.model.core import Endpoints
from portico.model.discovery import EndpointSlice, SliceEndpoint, slices_of
from portico.model.ref import Ref
from portico.plan.backend import Endpoint
from portico.plan.key import Origin
from portico.plan.verdict import Because, Refusal


class _Candidate(NamedTuple):
    endpoint: Endpoint
    is_ready: bool
    is_last_resort: bool


def endpoints_of(
    service: Ref, port: str, look: Look
) -> tuple[tuple[Endpoint, ...], tuple[Refusal, ...]]:
    """Each address and port once, in a stable order, and the addresses that are none.

    Ready endpoints serve; only where there is none do terminating ones that still serve
    (KEP-1669), so that the last pod of a rollout is not lost.
    """
    slices = look.group(EndpointSlice, slices_of(service))
    candidates = list(_of_slices(slices, port))
    if not slices:
        fallback = look.get(Endpoints, service.namespace, service.name)
        candidates = list(_of_endpoints(fallback, port)) if fallback else []
    chosen = [found.endpoint for found in candidates if found.is_ready]
    chosen = chosen or [found.endpoint for found in candidates if found.is_last_resort]
    good: dict[tuple[str, int], Endpoint] = {}
    refused = []
    for endpoint in chosen:
        if _is_address(endpoint.address):
            good.setdefault((endpoint.address, endpoint.port), endpoint)
        else:
            refused.append(
                Refusal(endpoint.origin, Because.ADDRESS_INVALID, repr(endpoint.address))
            )
    return tuple(good[place] for place in sorted(good)), tuple(refused)


def _of_slices(slices: Iterable[EndpointSlice], port: str) -> Iterator[_Candidate]:
    for found in slices:
        number = next((p.port for p in found.ports if p.name == port and p.protocol == "TCP"), None)
        if number is None:
            continue
        for index, endpoint in enumerate(found.endpoints):
            yield from _of_slice_endpoint(found.ref, index, endpoint, number)


def _of_slice_endpoint(
    ref: Ref, index: int, endpoint: SliceEndpoint, number: int
) -> Iterator[_Candidate]:
    # The API: all addresses of one endpoint are fungible, and consumers use the first.
    for address in endpoint.addresses[:1]:
        origin = Origin(ref, f"endpoints[{index}].addresses[0]")
        yield _Candidate(
            Endpoint(address, number, origin),
            is_ready=endpoint.is_ready,
            is_last_resort=endpoint.is_serving and endpoint.is_terminating,
        )


def _of_endpoints(fact: Endpoints, port: str) -> Iterator[_Candidate]:
    for nth, subset in enumerate(fact.subsets):
        number = next((p.port for p in subset.ports if p.name == port and p.protocol == "TCP"), None)
        if number is None:
            continue
        for index, address in enumerate(subset.addresses):
            origin = Origin(fact.ref, f"subsets[{nth}].addresses[{index}].ip")
            endpoint = Endpoint(address.ip, number, origin)
            yield _Candidate(endpoint, is_ready=True, is_last_resort=False)


def _is_address(text: str) -> bool:
    """The API refuses the unspecified and multicast addresses; loopback makes a laptop work."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    is_scoped = "%" in text
    return not (address.is_unspecified or address.is_multicast or is_scoped)
