"""`portico forward --from PATH`: Services of a folder, whose endpoints are dialled directly.

What a Service's endpoints are is read by the compiler's own step, so that it is the same here as
for `portico up`; and what changes in the folder is followed.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import cast

from portico.compiler.look import Look
from portico.compiler.merge.candidates import Wanted, candidates_of, usable
from portico.forward.candidates import Candidate
from portico.forward.carriage import Carriage, OnLost
from portico.forward.errors import ForwardError, ServerSaidNoError
from portico.forward.kinds import SERVICE
from portico.forward.metadata import Metadata
from portico.forward.one import Failed, Pods, Seen, World
from portico.forward.options import Request
from portico.forward.relay.direct_carriage import DirectCarriage
from portico.forward.services import Service, ServicePort, ServiceSpec, SlicePort
from portico.forward.subject import of_service
from portico.model import core
from portico.model.ref import Ref
from portico.settings import Settings
from portico.sources.contract import Blame, Drop, Event, Put
from portico.sources.directory import Directory
from portico.store import Store


def in_folder(path: Path) -> World:
    """In place of a cluster."""

    async def look(request: Request, seen: Seen, failed: Failed) -> Pods:
        target = request.target
        if target is None or target.kind is not SERVICE:
            told = f"{request.title}: there are no pods in a folder"
            raise ForwardError(told, "name a Service: svc/NAME")
        found = FolderPods(path, Ref("Service", request.namespace or "default", target.name), seen)
        await found.load()
        return found

    return World(look, lambda request: _carriage)


def _carriage(candidate: Candidate, on_lost: OnLost) -> Carriage:
    return DirectCarriage(candidate.name)


class FolderPods:
    """The endpoints of one Service, in place of pods; each is called by its address."""

    service: Service | None = None

    def __init__(self, path: Path, ref: Ref, seen: Seen) -> None:
        self._path, self._ref, self._seen = path, ref, seen
        self._store = Store()
        self._last: Sequence[Candidate] | None = None
        self._faults: dict[str, int] = {}

    def doubt(self) -> None:
        """Files are read when they change; there is nothing that could be missed."""

    async def load(self) -> None:
        """Everything that is there. Raises ForwardError for a Service that is not."""
        await self._follow(watch=False)
        self._read()
        if self.service is None:
            name, namespace = self._ref.name, self._ref.namespace
            told = f'services "{name}" not found in namespace {namespace} of {self._path}'
            faults = sum(self._faults.values())
            hint = f"not all there can be read, see: portico check {self._path}" if faults else ""
            raise ServerSaidNoError("NotFound", told, hint)
        of_service(f"svc/{self._ref.name}", self.service)

    async def run(self) -> None:
        """Until cancelled."""
        self._tell()
        await self._follow(watch=True)

    async def _follow(self, *, watch: bool) -> None:
        source = Directory([self._path], watch=watch)
        events = cast("AsyncGenerator[Sequence[Event], None]", source.events())
        async with aclosing(events) as batches:
            async for batch in batches:
                for event in batch:
                    self._take(event)
                if watch:
                    self._read()
                    self._tell()

    def _take(self, event: Event) -> None:
        match event:
            case Put(fact, place):
                self._store.put(fact, place)
            case Drop(ref):
                self._store.drop(ref)
            case Blame(file, faults):
                self._faults[file] = len(faults)
            case _:
                pass  # a folder has no more to tell

    def _read(self) -> None:
        """The last that was there stays, as it does for pods."""
        if isinstance(found := self._store.get(self._ref), core.Service):
            self.service = _service(found)

    def _tell(self) -> None:
        found = self._store.get(self._ref)
        candidates = _candidates(found, self._store) if isinstance(found, core.Service) else ()
        if candidates != self._last:
            self._last = candidates
            self._seen(candidates)


def _service(found: core.Service) -> Service:
    """As far as ports are looked up in it."""
    ports = tuple(
        ServicePort(port.port, port.name, port.protocol, port.target_port or 0)
        for port in found.spec.ports
    )
    spec = ServiceSpec(found.spec.type, ports, external_name=found.spec.external_name)
    return Service(Metadata(found.ref.name, found.ref.namespace), spec)


def _candidates(service: core.Service, store: Store) -> tuple[Candidate, ...]:
    """One for each endpoint of a slice, with the numbers of all its ports."""
    look = Look(store, Settings())
    publishes = service.spec.publish_not_ready_addresses
    ports: dict[tuple[str, str], list[SlicePort]] = {}
    for port in service.spec.ports:
        if port.protocol != "TCP":
            continue
        wanted = Wanted(service.ref, port.name, publishes_not_ready=publishes)
        for each in usable(candidates_of(wanted, look).candidates):
            key = (each.address, f"{each.origin.ref} {each.origin.field}")
            ports.setdefault(key, []).append(SlicePort(each.port, port.name))
    return tuple(
        Candidate(address, origin, slice_ports=tuple(found))
        for (address, origin), found in sorted(ports.items())
    )
