"""The addresses of Services of type LoadBalancer: given once, and remembered over restarts.

Without a cluster the record is a file, and what it says is served. With one it is the status of the
Services: then only the replica that leads settles who gets what, and this tells what is to be
written there. Another one that begins to lead finds the same record, and moves nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from portico.ipam.address_demand import AddressDemand
from portico.ipam.address_leases import AddressBook, Answer
from portico.lib.backoff import delays
from portico.model.fact import Metadata
from portico.model.fault import Fault
from portico.model.local import AddressLease
from portico.model.ref import Ref
from portico.sources.address_file import Record, read_addresses, write_addresses
from portico.sources.contract import Blame, Drop, Event, Put, Synced

FILE: Final = "addresses.json"
"""In the state directory."""

Faults = tuple[Fault, ...]
NO_FAULTS: Final[Faults] = ()


class AddressLeases:
    """Reports a lease for whoever asks, or why there is none."""

    name = "addresses"

    def __init__(self, folder: Path | None) -> None:
        """Where the record is; None: in a cluster."""
        self._path = folder / FILE if folder else None
        self._leads = folder is not None
        self._demand: AddressDemand | None = None
        self._changed = asyncio.Event()

    def want(self, demand: AddressDemand) -> None:
        """Who asks for what now."""
        self._demand = demand
        self._changed.set()

    def lead(self, *, is_leader: bool) -> None:
        """Whether it is on us to settle; only in a cluster is that ever somebody else."""
        self._leads = is_leader
        self._changed.set()

    async def events(self) -> AsyncIterator[Sequence[Event]]:
        """Leases are on disk before anybody hears of them; if the disk fails, they serve anyway."""
        record, mishaps = await self._read()
        told = {ref: self._fact(ref, Answer(found)) for ref, found in record.items()}
        yield [*self._blame((), mishaps), *map(Put, told.values()), Synced(self.name)]
        book, unwritten, pauses, blamed = None, NO_FAULTS, delays(1.0), mishaps
        while True:
            await self._wait(next(pauses) if unwritten else None)
            if self._demand is None:
                continue
            if not self._leads:
                book = None
                if told:
                    yield [Drop(ref) for ref in map(_lease_ref, told)]
                    told = {}
                continue
            book = book or AddressBook(record)
            answers = book.follow(self._demand)
            before = {ref: told.pop(ref) for ref in answers if ref in told}
            now = {ref: self._fact(ref, answer) for ref, answer in answers.items() if answer}
            told |= now
            if unwritten or _record(before) != _record(now):
                unwritten = await self._write(_record(told))
                pauses = pauses if unwritten else delays(1.0)
            faults = (*mishaps, *unwritten)
            if events := [*_differences(before, now), *self._blame(blamed, faults)]:
                yield events
            blamed = faults

    async def _wait(self, patience: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._changed.wait()
        self._changed.clear()

    async def _read(self) -> tuple[Record, Faults]:
        if self._path is None:
            return {}, NO_FAULTS
        return await asyncio.to_thread(read_addresses, self._path)

    async def _write(self, record: Record) -> Faults:
        if self._path is None:
            return NO_FAULTS
        return await asyncio.to_thread(write_addresses, self._path, record)

    def _fact(self, ref: Ref, answer: Answer) -> AddressLease:
        return lease_of(ref, answer, is_record=self._path is not None)

    def _blame(self, before: Faults, after: Faults) -> list[Blame]:
        return [Blame(str(self._path), after)] if before != after else []


def lease_of(ref: Ref, answer: Answer, *, is_record: bool) -> AddressLease:
    """The fact that a Service has been given addresses, or none and why."""
    refused = answer.refused
    return AddressLease(
        metadata=Metadata(name=ref.name, namespace=ref.namespace),
        addresses=answer.addresses,
        pool=answer.pool,
        because=refused.because.name if refused else "",
        detail=refused.detail if refused else "",
        is_record=is_record,
    )


def _lease_ref(service: Ref) -> Ref:
    return service._replace(kind=AddressLease.KIND)


def _record(told: Mapping[Ref, AddressLease]) -> Record:
    return {ref: lease.addresses for ref, lease in told.items() if lease.addresses}


def _differences(
    before: Mapping[Ref, AddressLease], after: Mapping[Ref, AddressLease]
) -> list[Event]:
    gone: list[Event] = [Drop(_lease_ref(ref)) for ref in before if ref not in after]
    return [*gone, *(Put(lease) for ref, lease in after.items() if before.get(ref) != lease)]
