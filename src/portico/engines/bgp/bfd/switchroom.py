"""All sessions: which there are, whose a datagram is, and whose turn it is next."""

import asyncio
import secrets
import socket
from collections.abc import Callable, Iterable
from typing import Final

from portico.engines.bgp.bfd.bearing import Bearing
from portico.engines.bgp.bfd.sockets import Ear, Heard, hear, listener
from portico.engines.bgp.bfd.talk import Standing, Turn, Wish
from portico.engines.bgp.bfd.wire import Packet, PacketError, decode

AT_ONCE: Final = 64
"""Datagrams that are read from one socket before timers have their turn."""


class Switchroom:
    """Runs on the loop of its process. `tell` hears of every change of a session."""

    def __init__(self, loop: asyncio.AbstractEventLoop, tell: Callable[[Turn], None]) -> None:
        self.dropped = 0
        self._loop = loop
        self._tell = tell
        self._bearings: dict[str, Bearing] = {}
        self._by_discriminator: dict[int, Bearing] = {}
        self._ears: dict[Ear, socket.socket] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._deaf: dict[Ear, str] = {}

    def follow(self, wishes: Iterable[Wish]) -> None:
        """Have exactly these sessions, one for a peer; those that stay are not disturbed."""
        wanted = {wish.peer: wish for wish in wishes}
        for peer, bearing in list(self._bearings.items()):
            wish = wanted.get(peer)
            if wish is None or not bearing.is_same_path(wish):
                self._end(peer)
        self._listen({_ear(wish) for wish in wanted.values()})
        for peer, wish in wanted.items():
            if peer in self._bearings:
                self._bearings[peer].retime(wish, self._loop.time())
            else:
                self._begin(wish)
        self._wind()

    def standings(self) -> dict[str, Standing]:
        known = {peer: bearing.standing() for peer, bearing in self._bearings.items()}
        for peer, bearing in self._bearings.items():
            trouble = self._deaf.get(bearing.ear)
            if trouble:
                known[peer] = Standing(state=known[peer].state, trouble=trouble)
        return known

    def close(self) -> None:
        """Every other side is told that we stop."""
        for peer in list(self._bearings):
            self._end(peer)
        self._listen(set())
        self._wind()

    def _begin(self, wish: Wish) -> None:
        mine = 0
        while mine == 0 or mine in self._by_discriminator:
            mine = secrets.randbits(32)
        bearing = Bearing(wish, mine, self._tell)
        self._bearings[wish.peer] = self._by_discriminator[mine] = bearing

    def _end(self, peer: str) -> None:
        bearing = self._bearings.pop(peer)
        del self._by_discriminator[bearing.session.mine]
        bearing.stop()

    def _listen(self, wanted: set[Ear]) -> None:
        for ear in self._ears.keys() - wanted:
            gone = self._ears.pop(ear)
            self._loop.remove_reader(gone)
            gone.close()
        self._deaf = {}
        for ear in wanted - self._ears.keys():
            try:
                self._ears[ear] = listener(ear)
            except OSError as error:
                self._deaf[ear] = f"cannot listen: {error}"
                continue
            self._loop.add_reader(self._ears[ear], self._hear, self._ears[ear])

    def _hear(self, ear: socket.socket) -> None:
        for _ in range(AT_ONCE):
            heard = hear(ear)
            if heard is None:
                break
            try:
                packet = decode(heard.octets)
                self._whose(packet, heard, ear).receive(packet, self._loop.time())
            except PacketError:
                self.dropped += 1
        self._wind()

    def _whose(self, packet: Packet, heard: Heard, ear: socket.socket) -> Bearing:
        """Raises PacketError where it belongs to no session, or came from farther than it may."""
        if packet.yours:
            bearing = self._by_discriminator.get(packet.yours)
        else:
            bearing = self._bearings.get(heard.source)
        if bearing is None or self._ears.get(bearing.ear) is not ear:
            raise PacketError("of no session")
        if not bearing.admits(heard):
            raise PacketError(f"from {heard.source} with a TTL of {heard.ttl}")
        return bearing

    def _tick(self) -> None:
        now = self._loop.time()
        for bearing in self._bearings.values():
            deadline = bearing.session.next_deadline()
            if deadline is not None and deadline <= now:
                bearing.tick(now)
        self._wind()

    def _wind(self) -> None:
        """Set the one timer to the next deadline of all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadlines = (bearing.session.next_deadline() for bearing in self._bearings.values())
        known = [each for each in deadlines if each is not None]
        if known:
            self._timer = self._loop.call_at(min(known), self._tick)


def _ear(wish: Wish) -> Ear:
    return Ear(":" in wish.peer, wish.multihop, wish.device)
