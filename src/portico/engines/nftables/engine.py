"""Makes the kernel balance what the plan says, by one nft table of our own."""

import asyncio
import errno
import threading
from typing import Final

from portico.engines.contract import Figures, Report
from portico.engines.nftables.libnftables import LibraryMissingError, NftablesError
from portico.engines.nftables.lock import Lock, TakenError
from portico.engines.nftables.numbers import NumbersError
from portico.engines.nftables.options import Options
from portico.engines.nftables.table import Table
from portico.plan.plan import Diff, Plan

HOW_TO_GRANT: Final = (
    "programming nftables needs CAP_NET_ADMIN: run Portico as root, or grant it with "
    "AmbientCapabilities=CAP_NET_ADMIN in the systemd unit"
)
NO_NFTABLES: Final = "this kernel has no nftables (nf_tables with inet tables, nf_conntrack)"

_LACKING: Final = (errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT, errno.EOPNOTSUPP, errno.EINVAL)


class Nftables:
    """Owns the table `inet portico` of the network namespace it is started in."""

    name = "nftables"

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock: Lock | None = None
        self._table: Table | None = None
        # A converge that is cancelled goes on in its thread: nobody may come in between.
        self._turn = threading.Lock()

    async def converge(self, plan: Plan, hint: Diff | None) -> Report:
        try:
            if not self._has_nothing_to_do(hint):
                await asyncio.to_thread(self._converge, plan, hint)
        except (LibraryMissingError, TakenError) as trouble:
            return self._unable(str(trouble))
        except PermissionError:
            return self._unable(HOW_TO_GRANT)
        except OSError as trouble:
            if self._table is None and trouble.errno in _LACKING:
                return self._unable(NO_NFTABLES)
            return self._failed(str(trouble))
        except (NftablesError, NumbersError) as trouble:
            return self._failed(str(trouble))
        note = self._table.note() if self._table else ""
        return Report(self.name, in_sync=True, detail=note, figures=self._figures())

    async def inspect(self) -> Figures:
        if self._table is None:
            return {}
        try:
            counts = await asyncio.to_thread(self._counts)
        except (OSError, NftablesError):
            return self._figures()
        return {**self._figures(), **_by_place(counts)}

    async def close(self, *, keep: bool) -> None:  # see Options.cleanup
        """The table stays, and the kernel goes on balancing, unless it is to be cleaned up."""
        await asyncio.to_thread(self._close)

    def _has_nothing_to_do(self, hint: Diff | None) -> bool:
        if hint is None or hint.changed or hint.removed or self._table is None:
            return False
        # Not only looked at: whoever counts elements meanwhile would be given our answer.
        if not self._turn.acquire(blocking=False):
            return False
        try:
            return self._table.is_as_left()
        finally:
            self._turn.release()

    def _converge(self, plan: Plan, hint: Diff | None) -> None:
        with self._turn:
            if self._lock is None:
                self._lock = Lock()
            if self._table is None:
                self._table = Table(self._options)
            keys = None if hint is None else (*hint.changed, *hint.removed)
            self._table.converge(plan, keys)

    def _counts(self) -> dict[str, int]:
        with self._turn:
            return self._table.counts() if self._table else {}

    def _close(self) -> None:
        with self._turn:
            if self._table is not None:
                if self._options.cleanup:
                    self._table.remove()
                self._table.close()
                self._table = None
            if self._lock is not None:
                self._lock.let_go()
                self._lock = None

    def _unable(self, detail: str) -> Report:
        return Report(self.name, in_sync=False, detail=detail, able=False)

    def _failed(self, detail: str) -> Report:
        return Report(self.name, in_sync=False, detail=detail, figures=self._figures())

    def _figures(self) -> Figures:
        if self._table is None:
            return {}
        work = self._table.work
        return {
            "services": self._table.services,
            "elements": sum(work.elements.values()),
            **_by_place(work.elements),
            "elements_sent": work.elements_sent,
            "transactions": work.transactions,
            "repairs": work.repairs,
            "readings": work.readings,
            "flows_deleted": work.flows_deleted,
            "flows_owed": int(self._table.owes_flows),
            "last_apply_ms": round(work.last_apply_ms, 3),
        }


def _by_place(counts: dict[str, int]) -> dict[str, int]:
    return {f"elements_{place}": count for place, count in counts.items()}
