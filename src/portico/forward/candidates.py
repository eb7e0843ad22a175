"""The pods that connections may go to, best first, from what is known of pods and slices. No I/O.

A pod says of itself whether it is ready; the slices of a Service may say so earlier, or of pods
that say nothing (publishNotReadyAddresses). A pod that is being deleted is none, whoever says what.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from portico.forward.order import best_first
from portico.forward.pods import Pod
from portico.forward.services import Slice, SliceEndpoint, SlicePort


class Candidate(NamedTuple):
    """One pod. Without `pod`, only a slice has told of it."""

    name: str
    uid: str = ""
    is_ready: bool = True
    is_usable: bool = True
    """Whether it runs and will stay; new connections go nowhere else."""
    pod: Pod | None = None
    slice_ports: tuple[SlicePort, ...] = ()


def from_pods(pods: Iterable[Pod], slices: Iterable[Slice] = ()) -> tuple[Candidate, ...]:
    """Where a selector says which pods there are."""
    told = {ref: (endpoint, ports) for ref, endpoint, ports in _of_pods(slices)}
    return tuple(_candidate(pod, *told.get(pod.name, (None, ()))) for pod in best_first(pods))


def from_slices(slices: Iterable[Slice]) -> tuple[Candidate, ...]:
    """Where nothing but slices says it. By name: nothing is known of which is better."""
    found: dict[str, Candidate] = {}
    for name, endpoint, ports in _of_pods(slices):
        is_leaving = endpoint.conditions.terminating is True
        found[name] = Candidate(
            name,
            is_ready=endpoint.is_ready and not is_leaving,
            is_usable=not is_leaving,
            slice_ports=ports,
        )
    return tuple(found[name] for name in sorted(found))


def addresses_without_pods(slices: Iterable[Slice]) -> tuple[str, ...]:
    """What of a Service cannot be reached through the API server."""
    return tuple(
        sorted(
            {
                address
                for each in slices
                for endpoint in each.endpoints or ()
                if endpoint.target_ref is None or endpoint.target_ref.kind != "Pod"
                for address in endpoint.addresses
            }
        )
    )


def _candidate(pod: Pod, endpoint: SliceEndpoint | None, ports: tuple[SlicePort, ...]) -> Candidate:
    is_usable = pod.is_running and not pod.is_terminating
    is_told_ready = endpoint is not None and endpoint.is_ready
    return Candidate(
        pod.name,
        pod.metadata.uid,
        is_ready=is_usable and (pod.is_ready or is_told_ready),
        is_usable=is_usable,
        pod=pod,
        slice_ports=ports,
    )


def _of_pods(slices: Iterable[Slice]) -> Iterator[tuple[str, SliceEndpoint, tuple[SlicePort, ...]]]:
    for each in slices:
        for endpoint in each.endpoints or ():
            if endpoint.target_ref is not None and endpoint.target_ref.kind == "Pod":
                yield endpoint.target_ref.name, endpoint, each.ports or ()
