"""Keeps the leases of a demand that changes; what has not changed costs nothing."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from portico.ipam.address_demand import AddressDemand
from portico.ipam.address_pools import Refused
from portico.ipam.addresses import Estate, Lease, Settlement
from portico.model.ref import Ref
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressWant


class Answer(NamedTuple):
    """What one Service has, or why it has nothing."""

    addresses: tuple[str, ...] = ()
    pool: str = ""
    refused: Refused | None = None


class AddressBook:
    """`record` is what was written down before this start. Of those about whom it says nothing,
    what their status shows is believed.
    """

    def __init__(self, record: Mapping[Ref, tuple[str, ...]]) -> None:
        self._record = {ref: Lease(addresses) for ref, addresses in record.items()}
        self._pools: tuple[AddressPool, ...] = ()
        self._estate = Estate(())
        self._wants: Mapping[Ref, AddressWant] = {}
        self._is_first = True

    def follow(self, demand: AddressDemand) -> Mapping[Ref, Answer | None]:
        """Settle what is demanded now. Returns the answers that may be others than before."""
        before, self._wants = self._wants, demand.wants
        if self._is_first or demand.pools != self._pools:
            return self._anew(demand)
        changed: dict[Ref, AddressWant | None] = {
            ref: want
            for ref, want in demand.wants.items()
            if (old := before.get(ref)) is not want and old != want  # mostly they are the same
        }
        changed |= dict.fromkeys(before.keys() - demand.wants.keys())
        if not changed:
            return {}
        return self._answers(self._estate.change(changed, self._held(demand)))

    @property
    def settlement(self) -> Settlement:
        """All of it."""
        return self._estate.settlement

    def _anew(self, demand: AddressDemand) -> Mapping[Ref, Answer | None]:
        before = self._estate.settlement
        held = self._held(demand) | dict(before.leases)
        self._pools, self._is_first = demand.pools, False
        self._estate = Estate(demand.pools)
        self._estate.change(dict(demand.wants), held)
        known = {*before.leases, *before.refused, *self._record, *demand.wants}
        self._record = {}  # from now on it is we who know
        return self._answers(known)

    def _held(self, demand: AddressDemand) -> dict[Ref, Lease]:
        return {ref: Lease(found) for ref, found in demand.held.items()} | self._record

    def _answers(self, refs: Iterable[Ref]) -> Mapping[Ref, Answer | None]:
        return {ref: self._answer(ref) for ref in refs}

    def _answer(self, ref: Ref) -> Answer | None:
        if ref not in self._wants:
            return None
        lease = self._estate.lease(ref)
        addresses = lease.addresses if lease else ()
        return Answer(addresses, self._estate.pool(ref), self._estate.refused(ref))
