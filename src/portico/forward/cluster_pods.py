"""Follows the pods of one target in a cluster."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from portico.forward.candidates import (
    Candidate,
    addresses_without_pods,
    from_pods,
    from_slices,
)
from portico.forward.errors import ForwardError, from_kube
from portico.forward.kinds import POD, SERVICE, SLICES
from portico.forward.pods import Pod
from portico.forward.services import Service, Slice
from portico.forward.subject import Subject
from portico.forward.table import Table
from portico.forward.workloads import labels_text
from portico.kube.api.wanted import Wanted, typed
from portico.kube.http.client import Client
from portico.lib.shorten import shortened

SERVICE_LABEL: Final = "kubernetes.io/service-name"

Seen = Callable[[Sequence[Candidate]], None]
Failed = Callable[[ForwardError], None]


def pods_of(subject: Subject, labels: str) -> Wanted[Pod]:
    """Those with these labels, or the one that it is."""
    fields = f"metadata.name={subject.pod}" if subject.pod else ""
    return Wanted(POD.resource, typed(Pod), subject.namespace, labels, fields)


class ClusterPods:
    """`seen` gets all candidates after each change; `failed`, what stands in the way of knowing."""

    def __init__(self, client: Client, subject: Subject, seen: Seen, failed: Failed) -> None:
        self._subject, self._seen, self._failed = subject, seen, failed
        self.service = subject.service
        self._labels = subject.labels
        self._told = ""
        self._has_failed = False
        self._last: Sequence[Candidate] | None = None
        self._pods = Table(client, self._wanted_pods(), self._changed, subject.pod)
        self._slices: Table[Slice] | None = None
        self._services: Table[Service] | None = None
        if service := subject.service:
            name, namespace = service.metadata.name, subject.namespace
            slices = Wanted(SLICES, typed(Slice), namespace, labels=f"{SERVICE_LABEL}={name}")
            self._slices = Table(client, slices, self._changed)
            services = Wanted(
                SERVICE.resource, typed(Service), namespace, fields=f"metadata.name={name}"
            )
            self._services = Table(client, services, self._service_changed)

    def doubt(self) -> None:
        """Something suggests that there is news, as a lost connection does."""
        for table in (self._pods, self._slices):
            if table is not None:
                table.doubt()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            if self._selects:
                group.create_task(self._pods.follow())
            if self._slices and self._services:
                group.create_task(self._slices.follow())
                group.create_task(self._services.follow())

    @property
    def _selects(self) -> bool:
        """Whether pods are selected, and not only told of by slices."""
        return bool(self._labels or self._subject.pod)

    def _wanted_pods(self) -> Wanted[Pod]:
        return pods_of(self._subject, self._labels)

    def _service_changed(self) -> None:
        """Its ports are looked up for each connection; other labels are other pods."""
        for service in self._services.objects.values() if self._services else ():
            self.service = service
            labels = labels_text(service.spec.selector)
            if labels and self._selects and labels != self._labels:
                self._labels = labels
                self._pods.want(self._wanted_pods())

    def _changed(self) -> None:
        self._has_failed = False
        slices = self._known_slices()
        if not self._selects:
            self._told_by_slices(slices)
        elif self._pods.denied:
            self._fail(from_kube(self._pods.denied))
        elif self._pods.is_whole and slices is not None:
            self._tell(from_pods(self._pods.objects.values(), slices))
        self._tell_trouble()

    def _known_slices(self) -> Sequence[Slice] | None:
        """None as long as they are not known; nobody needs them where pods are selected."""
        if self._slices is None or (self._slices.denied and self._selects):
            return ()
        return tuple(self._slices.objects.values()) if self._slices.is_whole else None

    def _told_by_slices(self, slices: Sequence[Slice] | None) -> None:
        if self._slices and self._slices.denied:
            self._fail(from_kube(self._slices.denied))
        if slices is None:
            return
        found = from_slices(slices)
        if not found:
            self._fail(self._unreachable(slices))
        if found or self._last is not None:
            self._tell(found)

    def _unreachable(self, slices: Sequence[Slice]) -> ForwardError:
        name = self._subject.title
        addresses = ", ".join(addresses_without_pods(slices))
        if not addresses:
            return ForwardError(
                f"{name} is defined without a selector, and no EndpointSlice names a pod for it",
                "what forwards through the API server reaches pods only",
            )
        return ForwardError(
            f"the endpoints of {name} are no pods: {shortened(addresses)}",
            "what forwards through the API server reaches pods only; connect to them directly",
        )

    def _tell(self, candidates: Sequence[Candidate]) -> None:
        if candidates == self._last:
            return
        self._last = candidates
        if self._subject.owner and not candidates:
            told = f"its {self._subject.owner} gives the next one another name"
            self._pass(ForwardError(told, "name what makes the pods, as deploy/NAME"))
        self._seen(candidates)

    def _tell_trouble(self) -> None:
        troubles = (table.trouble for table in (self._pods, self._slices) if table is not None)
        if trouble := next(filter(None, troubles), ""):
            self._pass(ForwardError(f"the cluster cannot be followed: {trouble}"))
        if not self._has_failed:
            self._told = ""

    def _pass(self, error: ForwardError) -> None:
        error.is_passing = True
        self._fail(error)

    def _fail(self, error: ForwardError) -> None:
        """Once for each reason."""
        self._has_failed = True
        if error.reason != self._told:
            self._told = error.reason
            self._failed(error)
