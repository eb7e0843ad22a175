"""Who of many leads: the one that holds a Lease. The rest of them wait, and see it run out.

Leading is a matter of our own clock: a leader that could not renew in time stops by itself, before
anybody else may start. Losing it ends nothing but what only a leader may do.
"""

import asyncio
import time
from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from portico.kube.api.lease_record import (
    LEASES,
    Lease,
    LeaseMetadata,
    Sight,
    Terms,
    claimed,
    read_lease,
    released,
    sighted,
)
from portico.kube.api.objects import Objects
from portico.kube.api.told import Key
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import ConflictError, NotFoundError
from portico.lib import clock

USUAL: Final = Terms()

LONGEST_GOODBYE: Final = 3.0
"""Seconds that an exit waits for the Lease to be given back."""


class Standing(NamedTuple):
    """`holder` is who leads as far as is known; nobody where it is empty."""

    is_leader: bool
    holder: str
    trouble: str = ""


class Election:
    """One candidate."""

    def __init__(self, client: Client, key: Key, identity: str, terms: Terms = USUAL) -> None:
        """`identity` must be nobody else's, not even that of the same host a minute ago."""
        self._leases = Objects(client, LEASES, read_lease)
        self._key, self._identity, self._terms = key, identity, terms
        self._chance = Random()  # noqa: S311  # spreads the candidates
        self._sight: Sight | None = None
        self._until = 0.0
        self._standing: Standing | None = None

    @property
    def is_leader(self) -> bool:
        """True only while nobody else can be it, too; to be asked before every write."""
        return _now() < self._until

    async def run(self, tell: Callable[[Standing], None]) -> None:
        """Stand for it until cancelled, and then give it back. `tell` hears of every change."""
        try:
            while True:
                trouble = await self._try()
                self._tell(tell, trouble)
                await self._wait(tell)
        finally:
            await self._release()

    async def _try(self) -> str:
        """One attempt to get the Lease, or to keep it; empty if there was an answer."""
        patience = self._until - _now() if self.is_leader else self._terms.renew_within
        try:
            async with asyncio.timeout(patience):
                await self._attempt()
        except ConflictError:
            return ""  # somebody was faster, and the next look will tell who
        except KubeError as error:
            return str(error)
        except TimeoutError:
            return f"the API server did not answer within {patience:.0f} s"
        return ""

    async def _attempt(self) -> None:
        started = _now()
        lease = await self._look()
        if lease is not None and lease.holder != self._identity:
            self._until = 0.0
            assert self._sight
            if self._sight.ends_at() > _now():
                return
        name = LeaseMetadata(self._key.name, self._key.namespace)
        wanted = claimed(lease, name, self._identity, self._terms, clock.now())
        if lease is None:
            written = await self._leases.create(self._key.namespace, wanted)
        else:
            written = await self._leases.merge(self._key, wanted)
        self._sight = sighted(written, self._sight, _now())
        # Counted from before the question: the answer may have been on its way for long.
        self._until = started + self._terms.renew_within

    async def _look(self) -> Lease | None:
        try:
            lease = await self._leases.get(self._key)
        except NotFoundError:
            self._sight = None
            return None
        self._sight = sighted(lease, self._sight, _now())
        return lease

    def _tell(self, tell: Callable[[Standing], None], trouble: str) -> None:
        holder = self._sight.lease.holder if self._sight else ""
        standing = Standing(self.is_leader, holder, trouble)
        if standing != self._standing:
            self._standing = standing
            tell(standing)

    async def _wait(self, tell: Callable[[Standing], None]) -> None:
        retry = self._terms.retry
        if self.is_leader:
            await asyncio.sleep(min(retry, self._until - _now()))
            if _now() >= self._until:
                self._tell(tell, "the Lease could not be renewed in time")
            return
        pause = retry * self._chance.uniform(1.0, 2.0)
        if self._sight:
            # Not later than it runs out, or there would be nobody for longer than need be.
            ends = self._sight.ends_at() - _now() + self._chance.uniform(0.0, 0.1)
            pause = min(pause, ends) if ends > 0 else pause
        await asyncio.sleep(pause)

    async def _release(self) -> None:
        if not (self.is_leader and self._sight):
            return
        self._until = 0.0
        try:
            async with asyncio.timeout(LONGEST_GOODBYE):
                await self._leases.merge(self._key, released(self._sight.lease, clock.now()))
        except (KubeError, TimeoutError):
            return  # then it runs out


def _now() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
