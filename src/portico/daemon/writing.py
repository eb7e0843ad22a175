"""Tells the owners by way of the API: the addresses of every Ingress, and what is refused.

A follower of the plan in every replica; only the one that holds the Lease writes.
"""

import asyncio
import os
import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from portico.daemon.leader import Leader
from portico.daemon.writing_pace import USUAL, Pace
from portico.daemon.writing_shift import Changed, Errand, News, Shift, Writers
from portico.ipam.address_usage import Usages
from portico.kube.api.lease import Election
from portico.kube.api.told import Key
from portico.kube.http.client import Client
from portico.plan.plan import Diff, Plan
from portico.status.services import Entitled
from portico.status.verdicts import Verdicts


class Settling(Protocol):
    """Settles something, but only while its replica leads."""

    def lead(self, *, is_leader: bool) -> None: ...


class Report(NamedTuple):
    """How it goes. Counts are of this replica, since it leads."""

    is_leader: bool
    leader: str
    addresses: tuple[str, ...] = ()
    statuses_left: int = 0
    statuses_written: int = 0
    events_dropped: int = 0
    troubles: tuple[str, ...] = ()

    def document(self) -> Mapping[str, object]:
        return {
            "leads": self.is_leader,
            "leader": self.leader,
            "addresses": list(self.addresses),
            "statusesLeft": self.statuses_left,
            "statusesWritten": self.statuses_written,
            "eventsDropped": self.events_dropped,
            "troubles": list(self.troubles),
        }


class Writing:
    """`follow` every plan, and `run` once; cancelling that says goodbye."""

    def __init__(
        self,
        client: Client,
        errand: Errand,
        pace: Pace = USUAL,
        settling: Sequence[Settling] = (),
    ) -> None:
        host = errand.place.pod or os.uname().nodename
        self.identity = f"{host}_{uuid.uuid4()}"
        lease = Key(errand.place.namespace, errand.publish.election)
        self._leader = Leader(Election(client, lease, self.identity, pace.terms))
        self._writers = Writers(client, self.identity, lambda: self._leader.may_write)
        self._errand, self._pace = errand, pace
        self._settling = settling
        self._news = News(Verdicts(), Entitled(), Usages())
        self._has_plan = asyncio.Event()
        self._shift: Shift | None = None

    def follow(self, plan: Plan, hint: Diff) -> None:
        news = self._news
        changed = Changed(
            news.verdicts.follow(plan, hint),
            news.entitled.follow(plan, hint),
            news.usages.follow(plan, hint),
        )
        self._has_plan.set()
        if self._shift:
            self._shift.take(changed)

    @property
    def is_leading(self) -> bool:
        """Whether this replica is the one that writes."""
        return self._leader.may_write

    async def run(self) -> None:
        """Nobody stands for leading who does not know yet what there is to say."""
        await self._has_plan.wait()
        await self._leader.run(self._work, self._goodbye)

    def report(self) -> Report:
        standing, shift = self._leader.standing, self._shift
        if shift is None:
            told = tuple(filter(None, [standing.trouble]))
            return Report(standing.is_leader, standing.holder, troubles=told)
        statuses = shift.statuses.statuses
        troubles = [standing.trouble, shift.unknown, shift.statuses.trouble]
        return Report(
            standing.is_leader,
            standing.holder,
            tuple(map(str, statuses.published or ())),
            statuses.left,
            shift.statuses.written,
            shift.events.events.dropped,
            tuple(filter(None, troubles)),
        )

    async def _work(self) -> None:
        self._shift = Shift(self._writers, self._errand, self._news, self._pace)
        self._tell(is_leader=True)
        try:
            await self._shift.run()
        except asyncio.CancelledError:
            if not self._leader.may_write:
                self._shift = None
            raise
        finally:
            self._tell(is_leader=False)

    async def _goodbye(self) -> None:
        if self._shift:
            await self._shift.say_goodbye()

    def _tell(self, *, is_leader: bool) -> None:
        for each in self._settling:
            each.lead(is_leader=is_leader)
