"""What the speaker asks of a BGP daemon, whichever it is."""

from collections.abc import Mapping
from typing import Protocol

from portico.engines.bgp.bfd.talk import Standing
from portico.engines.bgp.speaker.wanted import Wanted
from portico.engines.bgp.wire import Session


class DaemonError(Exception):
    """The daemon does not do as it is told; the text says why and what to do."""


class Daemon(Protocol):
    """A program that speaks BGP, behind one adapter.

    It goes on when the speaker ends, and is found again by the next one.
    """

    starts: int
    """How often it was started by this speaker."""

    does_bfd: bool
    """Whether it watches paths itself; otherwise the BFD process does, and says whom to hold."""

    async def settle(self, wanted: Wanted) -> None:
        """Have it run with exactly these peers and routes, without sessions to those held.

        Does nothing where it is so already. Raises DaemonError or OSError; to be tried again.
        """
        ...

    def sessions(self) -> Mapping[str, Session]:
        """By address of the peer, as it was last heard."""
        ...

    def watched(self) -> Mapping[str, Standing]:
        """How the paths are, where it watches them itself; otherwise nothing."""
        ...

    async def look(self) -> None:
        """Have the counters of `sessions` brought up to date. Raises as `settle` does."""
        ...

    async def withdraw(self) -> None:
        """Take back every route, and return when the routers were told. Raises as `settle` does."""
        ...

    async def stop(self) -> None:
        """End the daemon."""
        ...

    def let_go(self) -> None:
        """Close what connects us; the daemon goes on."""
        ...
