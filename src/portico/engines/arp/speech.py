"""What one node says on one segment: numbered, and in pieces that fit into a packet."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle, islice
from typing import Final, NamedTuple, TypeVar

from portico.engines.arp.message import (
    MOST_ADDRESSES,
    MOST_CLAIMS,
    MOST_NAMES,
    MOST_SEEN,
    Ask,
    Beat,
    Body,
    Message,
    Mood,
    Offer,
    Release,
    Reply,
    Sender,
    Take,
)
from portico.engines.arp.peers import Peer

T = TypeVar("T")

MOST_ASKED: Final = 4096
"""Questions whose addresses are remembered until they are answered."""


class Own(NamedTuple):
    """Who we are: the node's name, and a number that only grows from one process to the next."""

    node: str
    generation: int


class Timing(NamedTuple):
    """Seconds between two beats, after which silence a node is given up, and between refreshes."""

    interval: float
    patience: float
    refresh: float


class Speech:
    """Fills `outbox`; `mood` is asked at the moment of speaking."""

    def __init__(self, own: Own, timing: Timing, mood: Callable[[], Mood]) -> None:
        self._node, self._generation = own
        self._patience = round(timing.patience * 1000)
        self._mood = mood
        self._sequence = 0
        self._asked: dict[int, tuple[bytes, ...]] = {}
        self._turn = 0
        self.names: tuple[str, ...] = ()
        self.outbox: deque[Message] = deque()

    def say(self, body: Body) -> int:
        """The number under which it is said."""
        self._sequence += 1
        names = self.names[:MOST_NAMES]
        sender = Sender(
            self._node, self._generation, self._sequence, self._mood(), self._patience, names
        )
        self.outbox.append(Message(sender, body))
        return self._sequence

    def beat(self, peers: Iterable[Peer], held: Sequence[bytes]) -> None:
        """Where they are many, it names a part of the peers and addresses: another each time."""
        self._turn += 1
        sees = [peer.generation for peer in peers]
        claims = _some(held, MOST_CLAIMS, self._turn)
        self.say(Beat(_some(sees, MOST_SEEN, self._turn), len(held), claims))

    def ask(self, addresses: Sequence[bytes]) -> None:
        for part in _parts(addresses):
            self._asked[self.say(Ask(part))] = part
        while len(self._asked) > MOST_ASKED:
            del self._asked[next(iter(self._asked))]

    def asked(self, sequence: int) -> tuple[bytes, ...]:
        """What the question of that number was about."""
        return self._asked.get(sequence, ())

    def take(self, addresses: Sequence[bytes]) -> None:
        for part in _parts(addresses):
            self.say(Take(part))

    def offer(self, addresses: Sequence[bytes]) -> None:
        for part in _parts(addresses):
            self.say(Offer(part))

    def release(self, addresses: Sequence[bytes]) -> None:
        for part in _parts(addresses):
            self.say(Release(part))

    def reply(self, to: tuple[int, int], given: Sequence[bytes], refused: Sequence[bytes]) -> None:
        """To a generation and the number of its message, which named no more than fit here."""
        self.say(Reply(*to, tuple(given), tuple(refused)))


def _parts(addresses: Sequence[bytes]) -> Iterable[tuple[bytes, ...]]:
    for start in range(0, len(addresses), MOST_ADDRESSES):
        yield tuple(addresses[start : start + MOST_ADDRESSES])


def _some(every: Sequence[T], most: int, turn: int) -> tuple[T, ...]:
    """All, or where there are too many, as many as fit: in turn."""
    if len(every) <= most:
        return tuple(every)
    start = turn * most % len(every)
    return tuple(islice(cycle(every), start, start + most))
