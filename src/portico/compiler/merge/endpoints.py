"""The endpoints of one Service port, from its slices, else from its Endpoints object."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from portico.compiler.look import Look
from portico.compiler.merge.address import dialable
from portico.model.core import EndpointPort, Endpoints
from portico.model.discovery import EndpointSlice, SlicePort, slices_of
from portico.model.ref import Ref
from portico.plan.backend import Endpoint
from portico.plan.key import Origin
from portico.plan.verdict import Because, Refusal


class Found(NamedTuple):
    """What can be dialled, and the addresses that cannot."""

    endpoints: tuple[Endpoint, ...]
    refused: tuple[Refusal, ...]


class _Candidate(NamedTuple):
    address: str
    port: int
    origin: Origin
    is_ready: bool = True
    is_last_resort: bool = False


def endpoints_of(service: Ref, port: str, look: Look) -> Found:
    """Each address and port once, in a stable order.

    Ready endpoints serve; only where there is none do terminating ones that still serve
    (KEP-1669), so that the last pod of a rollout is not lost.
    """
    slices = look.group(EndpointSlice, slices_of(service))
    candidates = list(_of_slices(slices, port))
    if not slices:
        fallback = look.get(Endpoints, service.namespace, service.name)
        candidates = list(_of_endpoints(fallback, port)) if fallback else []
    chosen = [found for found in candidates if found.is_ready]
    # Folders may name loopback addresses, which an API server would not take: a laptop works.
    return _dialled(
        chosen or [found for found in candidates if found.is_last_resort], accepts_loopback=True
    )


def addresses(texts: Iterable[str], port: int, origin: Origin) -> Found:
    """All addresses of one name, which must lead away from this machine."""
    candidates = (_Candidate(text, port, origin) for text in texts)
    return _dialled(candidates, accepts_loopback=False)


def _dialled(candidates: Iterable[_Candidate], *, accepts_loopback: bool) -> Found:
    good: dict[tuple[str, int], Endpoint] = {}
    refused = []
    for text, port, origin, *_ in candidates:
        address = dialable(text, accepts_loopback=accepts_loopback)
        if address is None:
            refused.append(Refusal(origin, Because.ADDRESS_INVALID, repr(text)))
        else:
            good.setdefault((address, port), Endpoint(address, port, origin))
    return Found(tuple(good[place] for place in sorted(good)), tuple(refused))


def _of_slices(slices: Iterable[EndpointSlice], port: str) -> Iterator[_Candidate]:
    for found in slices:
        number = _number(found.ports, port)
        if number is None:
            continue
        ref = found.ref
        for index, endpoint in enumerate(found.endpoints):
            # The API: all addresses of one endpoint are fungible, and consumers use the first.
            for address in endpoint.addresses[:1]:
                yield _Candidate(
                    address,
                    number,
                    Origin(ref, f"endpoints[{index}].addresses[0]"),
                    is_ready=endpoint.is_ready,
                    is_last_resort=endpoint.is_serving and endpoint.is_terminating,
                )


def _of_endpoints(fact: Endpoints, port: str) -> Iterator[_Candidate]:
    for nth, subset in enumerate(fact.subsets):
        number = _number(subset.ports, port)
        if number is None:
            continue
        for index, address in enumerate(subset.addresses):
            origin = Origin(fact.ref, f"subsets[{nth}].addresses[{index}].ip")
            yield _Candidate(address.ip, number, origin)


def _number(ports: Iterable[SlicePort | EndpointPort], name: str) -> int | None:
    """The port number behind the name; each slice may have its own."""
    return next((p.port for p in ports if p.name == name and p.protocol == "TCP"), None)
