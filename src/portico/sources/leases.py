"""The node ports of Services that name none: chosen once, and remembered over restarts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from portico.ipam.demand import Demand
from portico.ipam.node_ports import Leases, Range, Slot, Tenant, settle
from portico.lib.backoff import delays
from portico.model.fact import Metadata
from portico.model.fault import Fault
from portico.model.local import NodePortLease, lease_name
from portico.model.ref import Ref
from portico.sources.contract import Blame, Drop, Event, Put, Synced
from portico.sources.lease_file import none_left, read_leases, write_leases

FILE: Final = "node-ports.json"
"""In the state directory."""


Faults = tuple[Fault, ...]
NO_FAULTS: Final[Faults] = ()


def nobody() -> frozenset[Slot]:
    """No other program listens anywhere."""
    return frozenset()


class NodePortLeases:
    """Reports a lease for whoever asks; a lease nobody asks for stays until its port is needed."""

    name = "leases"

    def __init__(
        self,
        folder: Path,
        ports: tuple[int, int],
        busy: Callable[[], frozenset[Slot]] = nobody,
    ) -> None:
        """`busy` tells the slots that other programs of this machine listen on."""
        self._path = folder / FILE
        self._ports = Range(*ports)
        self._busy = busy
        self._demand: Demand | None = None
        self._changed = asyncio.Event()

    def want(self, demand: Demand) -> None:
        """Who asks for a port now."""
        self._demand = demand
        self._changed.set()

    async def events(self) -> AsyncIterator[Sequence[Event]]:
        """Leases are on disk before anybody hears of them; if the disk fails, they serve anyway."""
        leases, mishaps = await asyncio.to_thread(read_leases, self._path)
        yield [*self._blame((), mishaps), *map(_put, leases.items()), Synced(self.name)]
        told, unwritten, pauses = mishaps, NO_FAULTS, delays(1.0)
        self._changed.set()
        while True:
            await self._wait(next(pauses) if unwritten else None)
            if self._demand is None:
                continue
            before, demand = leases, self._demand
            taken = {**dict.fromkeys(self._busy()), **demand.taken}
            leases, refused = settle(demand.asking, before, taken, self._ports)
            if unwritten or list(before.items()) != list(leases.items()):
                unwritten = await asyncio.to_thread(write_leases, self._path, leases)
                pauses = pauses if unwritten else delays(1.0)
            origins = [demand.asking[tenant] for tenant in refused]
            faults = (*mishaps, *unwritten, *none_left(origins))
            if events := [*_differences(before, leases), *self._blame(told, faults)]:
                yield events
            told = faults

    async def _wait(self, patience: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._changed.wait()
        self._changed.clear()

    def _blame(self, before: Faults, after: Faults) -> list[Blame]:
        return [Blame(str(self._path), after)] if before != after else []


def _differences(before: Leases, after: Leases) -> Iterator[Event]:
    for tenant in before.keys() - after.keys():
        yield Drop(_ref(tenant))
    for tenant, number in after.items():
        if before.get(tenant) != number:
            yield Put(lease_of(tenant, number))


def _put(lease: tuple[Tenant, int]) -> Put:
    return Put(lease_of(*lease))


def lease_of(tenant: Tenant, number: int) -> NodePortLease:
    """The fact that a tenant has a number."""
    ref = _ref(tenant)
    metadata = Metadata(name=ref.name, namespace=ref.namespace)
    return NodePortLease(metadata=metadata, node_port=number)


def _ref(tenant: Tenant) -> Ref:
    name = lease_name(tenant.service.name, tenant.port, tenant.transport)
    return Ref(NodePortLease.KIND, tenant.service.namespace, name)
