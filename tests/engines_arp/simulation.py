"""Segments that talk through a network of our making: late, lossy, parted, and with nodes that
stop. Nothing here waits: time goes on when it is told to.
"""

import contextlib
import heapq
import itertools
from ipaddress import ip_address

from portico.engines.arp import wire
from portico.engines.arp.duties import duties_of
from portico.engines.arp.message import Message
from portico.engines.arp.peers import ReplayError
from portico.engines.arp.segment import Segment
from portico.engines.arp.speech import Own, Timing

TIMING = Timing(interval=0.1, patience=0.3, refresh=60.0)
STEP = 0.005


def table(weights_by_address, *, interfaces=()) -> wire.Table:
    """`{address: {node: weight}}`; an empty mapping: every node may."""
    addresses, rules = [], []
    for number, (address, weights) in enumerate(weights_by_address.items()):
        nodes = {node: wire.Rule(weight, interfaces) for node, weight in weights.items()}
        rules.append(wire.Rules(nodes, None if weights else wire.Rule(0, interfaces)))
        addresses.append(wire.Announced(address, address, number))
    return wire.Table(tuple(addresses), tuple(rules))


class Simulation:
    """`delay` tells how late the next message is; None: it is lost."""

    def __init__(self, delay=lambda: 0.001) -> None:
        self.now = 0.0
        self.delay = delay
        self.segments: dict[str, Segment] = {}
        self.stopped: set[str] = set()
        self.sides: dict[str, int] = {}
        self._underway: list[tuple[float, int, str, str, Message]] = []
        self._waiting: dict[str, list[Message]] = {}
        self._numbers = itertools.count()
        self._generations = itertools.count(1)

    def start(self, name: str, plan: wire.Table, names=("eth0",)) -> Segment:
        made = Segment(Own(name, next(self._generations)), TIMING, self.now)
        self.segments[name] = made
        self.stopped.discard(name)
        made.is_led = True
        made.follow(duties_of(plan), names, self.now)
        self._post(name)
        return made

    def tell(self, name: str, plan: wire.Table) -> None:
        if name in self.segments and name not in self.stopped:
            self.segments[name].follow(duties_of(plan), ("eth0",), self.now)
            self._post(name)

    def kill(self, name: str) -> None:
        self.segments.pop(name, None)

    def stop(self, name: str) -> None:
        """As SIGSTOP: what is sent to it waits."""
        self.stopped.add(name)

    def go_on(self, name: str) -> None:
        self.stopped.discard(name)
        if name not in self.segments:
            return
        segment = self.segments[name]
        self._look_at_stall(segment)
        for message in self._waiting.pop(name, []):
            self._hear(segment, message)
        self._post(name)

    def part(self, name: str, side: int) -> None:
        self.sides[name] = side

    def calm(self, plan: wire.Table) -> None:
        """Everybody runs, is on one network, and knows one plan."""
        self.sides.clear()
        for name in list(self.stopped):
            self.go_on(name)
        for name in self.segments:
            self.tell(name, plan)

    def run(self, seconds: float, watch=lambda: None) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += STEP
            while self._underway and self._underway[0][0] <= self.now:
                _, _, sender, to, message = heapq.heappop(self._underway)
                self._deliver(sender, to, message)
            for name, segment in list(self.segments.items()):
                if name not in self.stopped:
                    self._look_at_stall(segment)
                    segment.look_at_clock(self.now)
                    self._post(name)
            watch()

    def owners(self, address: str, side=None) -> list[str]:
        """Who would answer a question now."""
        packed = ip_address(address).packed
        return [
            name
            for name, segment in self.segments.items()
            if segment.answers(packed, self.now)
            and name not in self.stopped
            and (side is None or self.sides.get(name, 0) == side)
        ]

    def _look_at_stall(self, segment: Segment) -> None:
        if segment.is_stale(self.now):
            segment.restart(self.now)

    def _post(self, name: str) -> None:
        outbox = self.segments[name].outbox
        while outbox:
            message = outbox.popleft()
            late = self.delay()
            for other in self.segments:
                if other != name and late is not None:
                    entry = (self.now + late, next(self._numbers), name, other, message)
                    heapq.heappush(self._underway, entry)

    def _deliver(self, sender: str, to: str, message: Message) -> None:
        if to not in self.segments or self.sides.get(sender, 0) != self.sides.get(to, 0):
            return
        if to in self.stopped:
            self._waiting.setdefault(to, []).append(message)
            return
        self._look_at_stall(self.segments[to])
        self._hear(self.segments[to], message)
        self._post(to)

    def _hear(self, segment: Segment, message: Message) -> None:
        with contextlib.suppress(ReplayError):  # it was overtaken by a later one
            segment.hear(message, self.now)
