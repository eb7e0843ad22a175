"""One BFD session in asynchronous mode (RFC 5880 section 6.8). Packets and clock readings in,
effects out: no socket and no clock of its own.

Theory. Each side says how often it would like to send and how often it can listen; the slower of
the two is what happens. While a session is not up, nobody sends more than once a second. A new
interval counts once the other side has answered a Poll with a Final. Who hears nothing for the
detection time (the other's multiplier times the interval) takes the path for dead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from portico.engines.bgp.bfd.wire import Diagnostic, Packet, State

SLOW: Final = 1_000_000
"""Microseconds between packets while a session is not up (RFC 5880 section 6.8.3)."""

SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Timing:
    """What we ask for: intervals in microseconds; `passive` waits to be spoken to."""

    transmit: int = 300_000
    receive: int = 300_000
    multiplier: int = 3
    passive: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Send this packet now."""

    packet: Packet


@dataclass(frozen=True, slots=True)
class Changed:
    """The session is in another state. `by_admin`: the other side was told to stop, by people."""

    old: State
    new: State
    diagnostic: Diagnostic
    by_admin: bool = False


Effect = Send | Changed


class _Got(Enum):
    """What moves a session: the state that the other side says it is in, or silence."""

    ADMIN_DOWN = auto()
    DOWN = auto()
    INIT = auto()
    UP = auto()
    NOTHING = auto()


_SAID: Final = {
    State.ADMIN_DOWN: _Got.ADMIN_DOWN,
    State.DOWN: _Got.DOWN,
    State.INIT: _Got.INIT,
    State.UP: _Got.UP,
}

NEXT: Final = {
    # RFC 5880 section 6.2; a pair that is not here changes nothing.
    (State.DOWN, _Got.DOWN): State.INIT,
    (State.DOWN, _Got.INIT): State.UP,
    (State.INIT, _Got.INIT): State.UP,
    (State.INIT, _Got.UP): State.UP,
    (State.INIT, _Got.ADMIN_DOWN): State.DOWN,
    (State.INIT, _Got.NOTHING): State.DOWN,
    (State.UP, _Got.DOWN): State.DOWN,
    (State.UP, _Got.ADMIN_DOWN): State.DOWN,
    (State.UP, _Got.NOTHING): State.DOWN,
}


class Session:
    """`mine` is our discriminator, unique and never 0; `jitter` gives numbers in 0 to 1."""

    def __init__(self, mine: int, timing: Timing, jitter: Callable[[], float]) -> None:
        self.mine = mine
        self.state = State.DOWN
        self.diagnostic = Diagnostic.NONE
        self._timing = timing
        self._jitter = jitter
        self._yours = 0
        self._remote_state = State.DOWN
        self._remote_receive = 1  # RFC 5880 section 6.8.1
        self._remote_transmit = 0
        self._remote_multiplier = 0
        self._remote_demand = False
        self._polling = False
        # What we send and listen by, and what we say: they differ until a Poll is answered.
        self._transmit = self._said_transmit = max(SLOW, timing.transmit)
        self._receive = self._said_receive = timing.receive
        self._sends_at: float | None = None if timing.passive else 0.0
        self._heard_at: float | None = None

    @property
    def yours(self) -> int:
        """The discriminator of the other side; 0: unknown."""
        return self._yours

    @property
    def transmit_interval(self) -> int:
        """Microseconds between two of our packets, before jitter."""
        return max(self._transmit, self._remote_receive)

    @property
    def detection_time(self) -> int:
        """Microseconds of silence that take the session down; 0: nobody was heard yet."""
        return self._remote_multiplier * max(self._receive, self._remote_transmit)

    def next_deadline(self) -> float | None:
        """When to call `tick`, in seconds of the clock that `tick` is given."""
        expiry = self._expires_at()
        known = [each for each in (self._sends_at, expiry) if each is not None]
        return min(known) if known else None

    def retime(self, timing: Timing, now: float) -> list[Effect]:
        """Ask for other intervals from now on; the session stays as it is."""
        if timing == self._timing:
            return []
        self._timing = timing
        self._ask()
        return self._speak(now)

    def tick(self, now: float) -> list[Effect]:
        """Time has passed."""
        effects: list[Effect] = []
        expiry = self._expires_at()
        if expiry is not None and expiry <= now:
            self._yours, self._heard_at = 0, None
            effects += self._move(_Got.NOTHING, Diagnostic.EXPIRED, now)
        if self._sends_at is not None and self._sends_at <= now:
            effects += self._speak(now)
        return effects

    def receive(self, packet: Packet, now: float) -> list[Effect]:
        """A packet of this session's other side came, as RFC 5880 section 6.8.6 has it."""
        if self.state == State.ADMIN_DOWN:
            return []
        self._heard_at = now
        self._note(packet)
        if packet.final and self._polling:
            self._polling = False
            self._settle()
        effects = self._move(_SAID[packet.state], Diagnostic.NEIGHBOR_SAYS_DOWN, now)
        if packet.poll:
            effects.append(Send(self._packet(final=True)))
        self._plan(now)
        return effects

    def stop(self) -> list[Effect]:
        """We were told to stop: the other side need not think that the path is dead."""
        old, self.state = self.state, State.ADMIN_DOWN
        self.diagnostic = Diagnostic.ADMIN_DOWN
        self._sends_at = self._heard_at = None
        return [Send(self._packet()), Changed(old, self.state, self.diagnostic)]

    def _note(self, packet: Packet) -> None:
        self._yours = packet.mine
        self._remote_state = packet.state
        self._remote_receive = packet.receive
        self._remote_transmit = packet.transmit
        self._remote_multiplier = packet.multiplier
        self._remote_demand = packet.demand

    def _move(self, got: _Got, reason: Diagnostic, now: float) -> list[Effect]:
        new = NEXT.get((self.state, got))
        if new is None or new == self.state:
            return []
        old, self.state = self.state, new
        self.diagnostic = reason if new == State.DOWN else Diagnostic.NONE
        self._ask()
        by_admin = got == _Got.ADMIN_DOWN
        return [Changed(old, new, self.diagnostic, by_admin), *self._speak(now)]

    def _ask(self) -> None:
        """Say what fits the state; where that is something new, have it confirmed."""
        wish = self._timing.transmit
        transmit = wish if self.state == State.UP else max(SLOW, wish)
        if (transmit, self._timing.receive) != (self._said_transmit, self._said_receive):
            self._said_transmit, self._said_receive = transmit, self._timing.receive
            self._polling = self.state == State.UP
        # At once where it cannot hurt: sending more often, and waiting longer (section 6.8.3).
        self._transmit = min(self._transmit, self._said_transmit)
        self._receive = max(self._receive, self._said_receive)
        if not self._polling:
            self._settle()

    def _settle(self) -> None:
        self._transmit, self._receive = self._said_transmit, self._said_receive

    def _speak(self, now: float) -> list[Effect]:
        """A packet now, if we may send any, and the time of the next one."""
        self._plan(now, fresh=True)
        return [] if self._is_silent() else [Send(self._packet())]

    def _plan(self, now: float, *, fresh: bool = False) -> None:
        """When the next packet is due. One that is due already is not put off, unless `fresh`."""
        if self._is_silent():
            self._sends_at = None
            return
        due = now + self._jittered(self.transmit_interval) / SECOND
        if fresh or self._sends_at is None or due < self._sends_at:
            self._sends_at = due

    def _is_silent(self) -> bool:
        if self._timing.passive and self._yours == 0:
            return True
        if self._remote_receive == 0:
            return True
        is_up = self.state == State.UP and self._remote_state == State.UP
        return self._remote_demand and is_up and not self._polling

    def _jittered(self, interval: int) -> float:
        """A quarter less at most; with a multiplier of 1 at least a tenth (section 6.8.7)."""
        least = 0.10 if self._timing.multiplier == 1 else 0.0
        return interval * (1.0 - least - (0.25 - least) * self._jitter())

    def _expires_at(self) -> float | None:
        if self._heard_at is None:
            return None
        return self._heard_at + self.detection_time / SECOND

    def _packet(self, *, final: bool = False) -> Packet:
        return Packet(
            state=self.state,
            mine=self.mine,
            yours=self._yours,
            multiplier=self._timing.multiplier,
            transmit=self._said_transmit,
            receive=self._said_receive,
            diagnostic=self.diagnostic,
            poll=self._polling and not final,
            final=final,
        )
