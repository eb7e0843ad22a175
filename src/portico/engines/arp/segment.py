"""One network that an interface is plugged into: who is on it, and which addresses are ours there.

No sockets and no clock in here. Whoever calls passes on what was heard and how late it is, sends
what is in `outbox` afterwards, and announces what `bursts` says.
"""

from collections import deque

from portico.engines.arp.bursts import Bursts
from portico.engines.arp.duties import Duties
from portico.engines.arp.handover import Handover
from portico.engines.arp.holds import Holds
from portico.engines.arp.message import (
    Ask,
    Beat,
    Body,
    Bye,
    Message,
    Mood,
    Offer,
    Release,
    Reply,
    Take,
)
from portico.engines.arp.peers import Peer, Peers
from portico.engines.arp.speech import Own, Speech, Timing


class Segment:
    """Begins by listening: nobody answers for anything before it knows who else is there."""

    def __init__(self, own: Own, timing: Timing, now: float) -> None:
        self._own = own
        self._timing = timing
        self._knows_plan = False
        self._is_leaving = False
        self._beats_at = now
        self._listens_until: float | None = now + timing.patience + timing.interval
        self.is_led = False
        self.peers = Peers(own.node, own.generation)
        self.speech = Speech(own, timing, self._mood)
        self.handover = Handover(own, timing, self.peers, self.speech, self._mood)

    @property
    def holds(self) -> Holds:
        return self.handover.holds

    @property
    def bursts(self) -> Bursts:
        return self.handover.bursts

    @property
    def outbox(self) -> deque[Message]:
        return self.speech.outbox

    @property
    def is_ready(self) -> bool:
        return self._knows_plan and self._listens_until is None and not self._is_leaving

    @property
    def stage(self) -> str:
        """In one word, for people."""
        return "leaving" if self._is_leaving else "active" if self.is_ready else "listening"

    def answers(self, address: bytes, now: float) -> bool:
        """Whether to answer for it: ours, and nobody can have given us up meanwhile."""
        return address in self.holds.held and not self.is_stale(now)

    def is_stale(self, now: float) -> bool:
        """We were silent for so long (stopped, or starved) that others may have taken over."""
        return now - self._beats_at >= self._timing.patience

    def restart(self, now: float) -> None:
        """Nothing is ours any more; listen, then ask for it anew."""
        self.handover.drop_all()
        self._listens_until = now + self._timing.patience + self._timing.interval
        self._beat(now)

    def follow(self, duties: Duties, names: tuple[str, ...], now: float) -> None:
        """This is the plan, and what our interface is called in it."""
        is_news = names != self.speech.names or not self._knows_plan
        self.speech.names, self._knows_plan = names, True
        if is_news:
            self._beat(now)
        self.handover.follow(duties, now)

    def leave(self, now: float) -> None:
        """Hand everything over; nothing is held once that is done."""
        self._is_leaving = True
        self._beat(now)
        self.handover.settle_all(now)

    def end(self) -> None:
        """Whatever is left is nobody's now."""
        self.handover.release_all()
        self.speech.say(Bye())

    def hear(self, message: Message, now: float) -> None:
        """Raises ReplayError, NamesakeError or CrowdError."""
        heard = self.peers.hear(message.sender, now)
        if heard.is_new:
            self._beat(now)
            self.handover.greet(heard.peer, now)
        if heard.is_news:
            self.handover.settle_all(now)
        match message.body:
            case Beat(sees, held, claims):
                heard.peer.held = held
                if self._own.generation in sees:
                    heard.peer.heard_us = now
                self.handover.claimed(heard.peer, claims, message.sender.sequence, now)
            case body:
                self._hear_of_addresses(heard.peer, message.sender.sequence, body, now)

    def look_at_clock(self, now: float) -> None:
        if silent := self.peers.expire(now):
            self.handover.lost_sight_of(silent, now)
        if self._listens_until is not None and self._listens_until <= now:
            self._listens_until = None
            self._beat(now)
            self.handover.settle_all(now)
        self.handover.go_on(now)
        self.keep_up(now)

    def keep_up(self, now: float) -> None:
        """Among much else that is to be done: the others must not miss us meanwhile."""
        if self._beats_at + self._timing.interval <= now:
            self._beat(now)

    def next_deadline(self) -> float:
        """When to look at the clock again."""
        times = (
            self._beats_at + self._timing.interval,
            self._listens_until,
            self.peers.next_deadline(),
            self.holds.next_deadline(),
            self.bursts.next_deadline(),
        )
        return min(time for time in times if time is not None)

    def _hear_of_addresses(self, peer: Peer, number: int, body: Body, now: float) -> None:
        match body:
            case Take(addresses):
                self.handover.claimed(peer, addresses, number, now)
            case Ask(addresses):
                self.handover.asked(peer, addresses, number)
            case Reply():
                self.handover.answered(peer, body, now)
            case Offer(addresses):
                self.handover.freed(peer, addresses, now)
            case Release(addresses):
                self.handover.released(peer, addresses, now)
            case Bye():
                self.peers.forget(peer)
                self.handover.lost_sight_of([peer], now)
            case Beat():
                raise AssertionError("a beat is not about addresses")

    def _mood(self) -> Mood:
        mood = Mood.READY if self.is_ready else Mood(0)
        mood |= Mood.LED if self.is_led else Mood(0)
        return mood | (Mood.LEAVING if self._is_leaving else Mood(0))

    def _beat(self, now: float) -> None:
        self._beats_at = now
        self.speech.beat(self.peers, list(self.holds.held))
