"""A session with its socket and its counters: effects of the sans-IO session are performed here."""

from collections.abc import Callable, Iterable
from random import random
from typing import Final, assert_never

from portico.engines.bgp.bfd.session import Changed, Effect, Send, Session, Timing
from portico.engines.bgp.bfd.sockets import ALL_HOPS, Ear, Heard, Mouth
from portico.engines.bgp.bfd.talk import Standing, Turn, Wish
from portico.engines.bgp.bfd.wire import Packet, State, encode

_MILLISECOND: Final = 1000

NAMES: Final = {
    State.ADMIN_DOWN: "admin-down",
    State.DOWN: "down",
    State.INIT: "init",
    State.UP: "up",
}


class Bearing:
    """One session as it was wished for."""

    def __init__(self, wish: Wish, mine: int, tell: Callable[[Turn], None]) -> None:
        self.wish = wish
        self.session = Session(mine, _timing(wish), random)
        self._tell = tell
        self._mouth = Mouth(wish.peer, wish.local, wish.device, multihop=wish.multihop)
        self._packets_in = self._packets_out = 0
        self._ups = self._downs = 0

    @property
    def ear(self) -> Ear:
        return Ear(":" in self.wish.peer, self.wish.multihop, self.wish.device)

    def admits(self, heard: Heard) -> bool:
        """Whether the datagram came from as near as it should (GTSM, RFC 5881 section 5)."""
        least = self.wish.minimum_ttl if self.wish.multihop else ALL_HOPS
        return heard.source == self.wish.peer and heard.ttl >= least

    def is_same_path(self, wish: Wish) -> bool:
        """Whether only numbers differ, which a session can follow without going down."""
        return _path(wish) == _path(self.wish)

    def retime(self, wish: Wish, now: float) -> None:
        self.wish = wish
        self._perform(self.session.retime(_timing(wish), now))

    def tick(self, now: float) -> None:
        self._perform(self.session.tick(now))

    def receive(self, packet: Packet, now: float) -> None:
        self._packets_in += 1
        self._perform(self.session.receive(packet, now))

    def stop(self) -> None:
        """The other side is told, and the socket is closed."""
        self._perform(self.session.stop())
        self._mouth.close()

    def standing(self) -> Standing:
        return Standing(
            state=NAMES[self.session.state],
            detection=self.session.detection_time / _MILLISECOND,
            packets_in=self._packets_in,
            packets_out=self._packets_out,
            ups=self._ups,
            downs=self._downs,
            trouble=self._mouth.trouble,
        )

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(packet):
                    self._packets_out += self._mouth.send(encode(packet))
                case Changed(old, new, diagnostic, by_admin):
                    self._ups += new == State.UP
                    self._downs += old == State.UP
                    turn = Turn(self.wish.peer, NAMES[old], NAMES[new], diagnostic, by_admin)
                    self._tell(turn)
                case _:
                    assert_never(effect)


def _timing(wish: Wish) -> Timing:
    return Timing(
        transmit=wish.transmit * _MILLISECOND,
        receive=wish.receive * _MILLISECOND,
        multiplier=wish.multiplier,
        passive=wish.passive,
    )


def _path(wish: Wish) -> tuple[object, ...]:
    return wish.peer, wish.local, wish.device, wish.multihop
