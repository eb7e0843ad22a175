"""Does what only the leader may do, for as long as it leads."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

from portico.kube.api.lease import Election, Standing

log = logging.getLogger("portico.leader")

Deed = Callable[[], Coroutine[None, None, None]]


class Leader:
    """One candidate, and its work. Losing the lead ends the work and nothing else."""

    def __init__(self, election: Election) -> None:
        self._election = election
        self._leads = asyncio.Event()
        self._follows = asyncio.Event()
        self.standing = Standing(is_leader=False, holder="")

    @property
    def may_write(self) -> bool:
        """To be asked before every write: true only while nobody else may."""
        return self._election.is_leader

    async def run(self, work: Deed, goodbye: Deed) -> None:
        """Until cancelled. Who leads then says goodbye, and only then gives the lead back."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._election.run(self._stand), name="election")
            try:
                while True:
                    await self._leads.wait()
                    await self._while_leading(work)
            finally:
                if self.may_write:
                    await goodbye()

    async def _while_leading(self, work: Deed) -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work(), name="what the leader does")
            await self._follows.wait()
            task.cancel()

    def _stand(self, standing: Standing) -> None:
        before, self.standing = self.standing, standing
        if standing.is_leader:
            self._follows.clear()
            self._leads.set()
        else:
            self._leads.clear()
            self._follows.set()
        if standing.trouble and standing.trouble != before.trouble:
            log.warning("election: %s", standing.trouble)
        if standing.is_leader != before.is_leader:
            what = "this replica writes" if standing.is_leader else "another replica is to write"
            log.info("status and events: %s", what)
