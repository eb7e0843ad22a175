"""Which peers have no session because BFD says that the path is dead (RFC 5882 section 4)."""

from typing import Final

from portico.engines.bgp.bfd.talk import Turn

PATIENCE: Final = 30.0
"""Seconds after which BGP may try again although BFD is still down: it may be off at the router.

Who watches for longer would keep a session down for ever because of a switch at the other end.
"""


class Holding:
    """Who is held, and until when. Times are of any one clock, in seconds."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    @property
    def held(self) -> frozenset[str]:
        return frozenset(self._until)

    def turn(self, turn: Turn, now: float) -> bool:
        """Whether anything has changed by what BFD says.

        A session that was never up says nothing about the path, and one that people have stopped
        neither (RFC 5882 section 3.2).
        """
        before = self.held
        if turn.new == "up":
            self._until.pop(turn.peer, None)
        elif turn.old == "up" and not turn.by_admin:
            self._until[turn.peer] = now + PATIENCE
        return self.held != before

    def keep(self, peers: set[str], now: float) -> bool:
        """Only these peers are watched; whether anything has changed by that, or by the time."""
        before = self.held
        self._until = {
            peer: until for peer, until in self._until.items() if peer in peers and until > now
        }
        return self.held != before
