"""When conntrack is asked for the flows that a change has left behind, and made to forget them."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from portico.engines.nftables.conntrack import Conntrack
from portico.engines.nftables.elements import L4Unit
from portico.engines.nftables.flows import NO_SUSPECTS, stale, suspects
from portico.engines.nftables.ledger import Turn
from portico.engines.nftables.netlink import Netlink
from portico.plan.key import Key

FLOWS_SHARE: Final = 4
"""The kernel walks through all flows to find some: for a fifth of the time at most, or later."""

TIME_TO_ANSWER: Final = 0.2
"""Seconds: an endpoint that left and is alive has answered all connections by then. A client that
got no answer asks again after a second."""

MOST_PATIENCE: Final = 2.0
"""Seconds for which changes, one after another, may put off a look at unanswered connections."""


class Forgetting:
    """What is owed to conntrack. Raises OSError; what failed is tried again the next time."""

    def __init__(self, netlink: Netlink) -> None:
        self._conntrack = Conntrack(netlink)
        self._suspects = NO_SUSPECTS
        self._next = 0.0
        self._next_lost = 0.0

    @property
    def is_owed(self) -> bool:
        """Whether flows are still to be looked at."""
        return bool(self._suspects)

    def note(self, turns: Iterable[Turn]) -> None:
        """Units have changed."""
        found = suspects(turns)
        if found.lost and not self._suspects.lost:
            self._next_lost = time.monotonic() + TIME_TO_ANSWER
        self._suspects |= found

    def work(self, units: Mapping[Key, L4Unit], *, is_busy: bool) -> int:
        """Do what is due; how many flows were deleted. Busy: there are changes at the moment."""
        started = time.monotonic()
        later = replace(NO_SUSPECTS, lost=self._suspects.lost)
        if started >= self._next_lost + MOST_PATIENCE * is_busy:
            later = NO_SUSPECTS
        now = replace(self._suspects, lost=self._suspects.lost - later.lost)
        if not now or started < self._next:
            return 0
        found = stale(self._conntrack.look(now), units, now)
        deleted = self._conntrack.forget(found)
        self._suspects = later
        ended = time.monotonic()
        self._next = ended + FLOWS_SHARE * (ended - started)
        return deleted
