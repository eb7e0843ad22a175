"""Who else is on a segment, as far as its messages tell. No clock in here: `now` is in seconds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from portico.engines.arp.message import Mood, Sender

MOST_KNOWN: Final = 4096
"""Nodes whose last message is remembered; a segment with more is no segment."""

MOST_ALIVE: Final = 1024
"""Nodes at once. Somebody makes them up, where there are more and there is no secret."""

MOST_CLAIMS: Final = 1 << 16
"""Addresses of one node that are remembered."""


NO_MOOD: Final = Mood(0)

ELECTS: Final = Mood.READY | Mood.LEAVING
"""What of a mood decides who is elected."""

DEAF_AFTER: Final = 3
"""Times its patience. Who hears many others does not name all of them in every beat."""


class ReplayError(Exception):
    """It was said before, or by a process that has been replaced."""


class CrowdError(Exception):
    """There are too many others already."""


class NamesakeError(Exception):
    """Another machine calls itself what we are called."""


@dataclass(slots=True)
class Peer:
    """One process on another node, while it is heard."""

    node: str
    generation: int
    since: float
    sequence: int = -1
    heard: float = 0.0
    patience: float = 0.0
    mood: Mood = NO_MOOD
    names: tuple[str, ...] = ()
    heard_us: float = float("-inf")
    """When it last said that it hears us."""

    held: int = 0
    claims: dict[bytes, float] = field(default_factory=dict)
    """Addresses that it answers for, and when it last said so."""

    def claim(self, addresses: Iterable[bytes], now: float) -> None:
        for address in addresses:
            if address in self.claims or len(self.claims) < MOST_CLAIMS:
                self.claims[address] = now

    @property
    def until(self) -> float:
        """When it is given up if nothing more is heard of it."""
        return self.heard + self.patience

    @property
    def takes_part(self) -> bool:
        return Mood.READY in self.mood

    def is_deaf(self, now: float) -> bool:
        """It is heard, and does not hear us: what it answers for, it will not let go of."""
        return now - max(self.since, self.heard_us) > DEAF_AFTER * self.patience


class Heard(NamedTuple):
    """`is_news`: it may change who is to announce what."""

    peer: Peer
    is_new: bool
    is_news: bool


class Peers:
    """Everybody but us. `node` and `generation` are ours."""

    def __init__(self, node: str, generation: int) -> None:
        self._node = node
        self._generation = generation
        self._alive: dict[str, Peer] = {}
        self._last: dict[str, tuple[int, int]] = {}

    def __iter__(self) -> Iterator[Peer]:
        return iter(self._alive.values())

    def __len__(self) -> int:
        return len(self._alive)

    def at(self, generation: int) -> Peer | None:
        return next((peer for peer in self if peer.generation == generation), None)

    def hear(self, sender: Sender, now: float) -> Heard:
        """Raises ReplayError, NamesakeError or CrowdError."""
        if sender.node == self._node:
            if sender.generation == self._generation:
                raise ReplayError
            raise NamesakeError
        moment = (sender.generation, sender.sequence)
        if moment <= self._last.get(sender.node, (-1, -1)):
            raise ReplayError
        if sender.node not in self._alive and len(self._alive) >= MOST_ALIVE:
            raise CrowdError
        self._remember(sender.node, moment)
        peer = self._alive.get(sender.node)
        is_new = peer is None or peer.generation != sender.generation
        if peer is None or is_new:
            peer = self._alive[sender.node] = Peer(sender.node, sender.generation, now)
        before = (peer.mood & ELECTS, peer.names)
        peer.sequence, peer.heard = sender.sequence, now
        peer.patience = sender.patience / 1000
        peer.mood, peer.names = Mood(sender.mood & 7), sender.names
        return Heard(peer, is_new, is_new or before != (peer.mood & ELECTS, peer.names))

    def forget(self, peer: Peer) -> None:
        """It is gone; an old message of it does not bring it back."""
        self._alive.pop(peer.node, None)

    def expire(self, now: float) -> list[Peer]:
        """Those that were silent for too long, and are gone now."""
        silent = [peer for peer in self if peer.until <= now]
        for peer in silent:
            self.forget(peer)
        return silent

    def next_deadline(self) -> float | None:
        return min((peer.until for peer in self), default=None)

    def _remember(self, node: str, moment: tuple[int, int]) -> None:
        if node not in self._last and len(self._last) >= MOST_KNOWN:
            del self._last[next(iter(self._last))]
        self._last[node] = moment
