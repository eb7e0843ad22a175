"""How an address passes from one node to the next on a segment.

Who is elected asks, who has the address lets go and says so, and only then the first one answers.
So the two never answer at once, and between them lies one exchange of packets. Who asks waits for
everybody it hears; for the silent only until they are given up. Where two believe that they are
elected (they know different plans), the one whose Portico is alive goes first, then the smaller
lot; the other is told, and leaves it alone. And who is elected without knowing it is passed over.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from portico.engines.arp.absent import Absent
from portico.engines.arp.bursts import Bursts
from portico.engines.arp.duties import Duties, Duty
from portico.engines.arp.election import Candidate, draw, finalists, lot
from portico.engines.arp.holds import Asking, Holds
from portico.engines.arp.message import Mood, Reply
from portico.engines.arp.peers import Peer, Peers
from portico.engines.arp.speech import Own, Speech, Timing

LINGER: Final = 1.0
"""Seconds that whoever is elected has to ask for what we have; then it is passed over."""


class Handover:
    """The addresses of one node on one segment. `mood` tells how the node is."""

    def __init__(
        self, own: Own, timing: Timing, peers: Peers, speech: Speech, mood: Callable[[], Mood]
    ) -> None:
        self._own = own
        self._timing = timing
        self._peers = peers
        self._speech = speech
        self._mood = mood
        self._finalists: dict[tuple[int, frozenset[int]], tuple[str, ...]] = {}
        self._absent = Absent()
        self.duties: Duties = {}
        self.holds = Holds()
        self.bursts = Bursts(timing.refresh)
        self.takeovers = self.handovers = 0

    def winner(self, duty: Duty) -> str | None:
        """The node that is to announce an address here, as far as we know."""
        absent = self._absent.at(duty.address)
        alike = (id(duty.rules), absent)
        if alike not in self._finalists:
            self._finalists[alike] = finalists(self._candidates(duty, absent))
        return draw(self._finalists[alike], duty.first_address)

    def follow(self, duties: Duties, now: float) -> None:
        """This is the plan. What we lost is ours again where the plan says something new of it."""
        before, self.duties = self.duties, duties
        for address in {*self.holds.lost, *self._absent}:
            if before.get(address) != duties.get(address):
                self.holds.lost.pop(address, None)
                self._absent.forget(address)
        self._let_go(
            [each for each in (*self.holds.held, *self.holds.asking) if each not in duties]
        )
        self.settle_all(now)

    @property
    def turn(self) -> int:
        """Another one whenever what is held has changed."""
        return self.takeovers + self.handovers

    def settle_all(self, now: float) -> None:
        if self.holds.held or self.holds.asking or Mood.READY in self._mood():
            self.settle(self.duties, now)
        else:
            self._finalists.clear()  # nothing is ours, and nothing can be yet

    def settle(self, addresses: Iterable[bytes], now: float) -> None:
        """Have of these what is ours, and nothing else."""
        self._finalists.clear()
        asked, offered, dropped = [], [], []
        for address in addresses:
            winner = self.winner(self.duties[address])
            if winner == self._own.node and address not in self.holds.lost:
                self.holds.lingering.pop(address, None)
                if address not in self.holds:
                    asked.append(address)
            elif address in self.holds.asking or (winner is None and address in self.holds.held):
                dropped.append(address)
            elif address in self.holds.held and address not in self.holds.lingering:
                self.holds.lingering[address] = now + LINGER
                offered.append(address)
        self._let_go(dropped)
        self._speech.offer(offered)
        self._ask(asked, now)

    def drop_all(self) -> None:
        """Without a word: others have them."""
        self._finalists.clear()
        self.handovers += len(self.holds.held)
        for address in self.holds.held:
            self.bursts.end(address)
        self.holds.clear()

    def release_all(self) -> None:
        self._let_go([*self.holds.held, *self.holds.asking])

    def greet(self, peer: Peer, now: float) -> None:
        """Somebody new; it may have what we have, if we were parted."""
        self._speech.take(list(self.holds.held))
        for asking in self.holds.asking.values():
            asking.waiting.add(peer.generation)
            asking.again = now

    def asked(self, peer: Peer, addresses: Iterable[bytes], number: int) -> None:
        self._absent.is_back(peer.generation, addresses)
        given, refused = self._contest(peer, addresses)
        self._speech.reply((peer.generation, number), given, refused)

    def claimed(self, peer: Peer, addresses: Iterable[bytes], number: int, now: float) -> None:
        """Somebody answers for these."""
        peer.claim(addresses, now)
        self._absent.is_back(peer.generation, addresses)
        both = [address for address in addresses if address in self.holds.held]
        if both and peer.is_deaf(now):
            self._yield(both, peer)
        elif both:
            self.asked(peer, both, number)

    def answered(self, peer: Peer, reply: Reply, now: float) -> None:
        self.released(peer, reply.given, now)
        if reply.to != self._own.generation:
            return
        self._absent.is_back(peer.generation, reply.refused)
        self._yield([address for address in reply.refused if address in self.holds], peer)
        free = []
        for address in self._speech.asked(reply.sequence):
            if asking := self.holds.asking.get(address):
                asking.waiting.discard(peer.generation)
                free += [] if asking.waiting else [address]
        self._take_unless_kept(free, now)

    def released(self, peer: Peer, addresses: Iterable[bytes], now: float) -> None:
        """Somebody does not answer any more: those that believed it are told where we are."""
        for address in addresses:
            had = peer.claims.pop(address, None) is not None
            if had and address in self.holds.held:
                self.bursts.begin(address, now)
        self.freed(peer, addresses, now)

    def freed(self, peer: Peer, addresses: Iterable[bytes], now: float) -> None:
        """Who asks now is given these."""
        if regained := self.holds.regain(peer.generation, addresses):
            self.settle(regained, now)

    def lost_sight_of(self, gone: Iterable[Peer], now: float) -> None:
        for peer in gone:
            self._absent.is_gone(peer.generation)
            self.holds.regain(peer.generation)
            for asking in self.holds.asking.values():
                asking.waiting.discard(peer.generation)
        self.settle_all(now)
        self.go_on(now)

    def go_on(self, now: float) -> None:
        """Take what nobody has to be waited for any more; ask those again that do not answer."""
        taken, asked = [], []
        for address, asking in self.holds.asking.items():
            if not asking.waiting or asking.until <= now:
                taken.append(address)
            elif asking.again <= now:
                asking.again = now + self._timing.interval / 2
                asked.append(address)
        self._speech.ask(asked)
        self._take_unless_kept(taken, now)
        unasked = [each for each, until in self.holds.lingering.items() if until <= now]
        vacant = self._vacant() if self._absent.is_due(now) else ()
        if Mood.READY not in self._mood():
            self._let_go(unasked)  # who leaves does not wait for one after the other
        elif unasked or vacant:
            self._pass_over([*unasked, *vacant], now)

    def _candidates(self, duty: Duty, absent: frozenset[int]) -> Iterator[Candidate]:
        there = [
            (peer.node, peer.names)
            for peer in self._peers
            if peer.takes_part and peer.generation not in absent
        ]
        if Mood.READY in self._mood():
            there.append((self._own.node, self._speech.names))
        found = (duty.candidate(*each) for each in there)
        return (one for one in found if one is not None)

    def _vacant(self) -> AbstractSet[bytes]:
        """What nobody has answered for since the last look."""
        silent = self.duties.keys() - self.holds.held.keys() - self.holds.asking.keys()
        silent -= self.holds.lost.keys()
        for peer in self._peers:
            silent -= peer.claims.keys()
        return self._absent.vacant(silent)

    def _pass_over(self, addresses: Collection[bytes], now: float) -> None:
        """Who was elected and does not come is left out; the next one may be us."""
        generations = {peer.node: peer.generation for peer in self._peers}
        for address in addresses:
            self.holds.lingering.pop(address, None)
            winner = self.winner(self.duties[address])
            if winner in generations:
                self._absent.pass_over(address, generations[winner])
        self.settle(addresses, now)

    def _take_unless_kept(self, addresses: list[bytes], now: float) -> None:
        """Who does not hear us does not let go of what it answers for."""
        for peer in [peer for peer in self._peers if peer.is_deaf(now)] if addresses else ():
            self._yield([address for address in addresses if address in peer.claims], peer)
            addresses = [address for address in addresses if address not in peer.claims]
        self._take(addresses, now)

    def _ask(self, addresses: list[bytes], now: float) -> None:
        others = {peer.generation for peer in self._peers}
        if not others:
            self._take(addresses, now)
            return
        again, until = now + self._timing.interval / 2, now + self._timing.patience
        for address in addresses:
            self.holds.asking[address] = Asking(set(others), until, again)
        self._speech.ask(addresses)

    def _take(self, addresses: list[bytes], now: float) -> None:
        for address in addresses:
            self.holds.asking.pop(address, None)
            self.holds.held[address] = None
            self.bursts.begin(address, now)
        self.takeovers += len(addresses)
        self._speech.take(addresses)

    def _let_go(self, addresses: Iterable[bytes]) -> None:
        gone = [address for address in addresses if self._drop(address)]
        self._speech.release(gone)

    def _drop(self, address: bytes) -> bool:
        self.handovers += address in self.holds.held
        self.bursts.end(address)
        return self.holds.drop(address)

    def _yield(self, addresses: Iterable[bytes], peer: Peer) -> None:
        """These would be ours, but that one does not let go of them."""
        lost = list(addresses)
        self._let_go(lost)
        self.holds.lost.update(dict.fromkeys(lost, peer.generation))

    def _contest(self, peer: Peer, addresses: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
        """Somebody wants what we have or want, too. What we let go of, and what we do not."""
        given, refused = [], []
        for address in addresses:
            if address not in self.holds:
                continue
            duty = self.duties[address]
            is_ours = self.winner(duty) == self._own.node
            if is_ours and not self._goes_first(peer, duty):
                refused.append(address)
                continue
            given.append(address)
            self._drop(address)
            if is_ours:
                self.holds.lost[address] = peer.generation
        return given, refused

    def _goes_first(self, peer: Peer, duty: Duty) -> bool:
        theirs = (Mood.LED not in peer.mood, lot(peer.node, duty.first_address))
        return theirs < (Mood.LED not in self._mood(), lot(self._own.node, duty.first_address))
