"""One interface at work: packets to its segment, and what the segment wants to be sent."""

import time
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final

from portico.engines.arp import arp, datagram, ndp, wire
from portico.engines.arp.counts import Counts
from portico.engines.arp.datagram import GROUP_IPV4, GROUP_IPV6, Ends
from portico.engines.arp.duties import Duties
from portico.engines.arp.ethernet import ARP, IPV6
from portico.engines.arp.groups import Groups
from portico.engines.arp.links import Link
from portico.engines.arp.message import (
    ForgedError,
    MalformedError,
    Mood,
    seal,
    unseal,
)
from portico.engines.arp.peers import CrowdError, NamesakeError, ReplayError
from portico.engines.arp.segment import Segment
from portico.engines.arp.speech import Own, Timing
from portico.engines.arp.taps import Taps
from portico.engines.companion.loop import Loop

MOST_ANNOUNCED: Final = 128
"""Addresses announced at once: heartbeats must not wait for thousands of them."""

DEFENCE: Final = 10.0
"""Seconds between two defences of one address (RFC 5227, 2.4): two who insist must not flood."""


def clock() -> float:
    """Seconds that go on while the machine sleeps, and are not set by anybody."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Voice:
    """What every interface of the process speaks with. The first key signs, each is believed."""

    def __init__(self, own: Own, timing: Timing, port: int, loop: Loop) -> None:
        self.own = own
        self.timing = timing
        self.port = port
        self.loop = loop
        self.keys: tuple[bytes, ...] = (b"",)


class Interface:
    """Raises OSError where it cannot be opened."""

    def __init__(self, link: Link, voice: Voice, counts: Counts) -> None:
        self.link = link
        self.segment = Segment(voice.own, voice.timing, clock())
        self._voice = voice
        self._counts = counts
        self._defended: dict[bytes, float] = {}
        self._joined = 0
        self._taps = Taps(link, voice.port, voice.loop, self)
        try:
            self._groups = Groups(link.number, self._taps.any)
            self._groups.want({GROUP_IPV4, GROUP_IPV6})
        except OSError:
            self._taps.close()
            raise

    def ready(self, descriptor: int, events: int) -> None:
        try:
            for kind, frame in self._taps.frames(descriptor):
                self._take(kind, frame)
        except OSError:
            return  # it went down: word of that comes from elsewhere
        self.flush()

    def abort(self) -> None:
        """A bug with one packet is no reason to become deaf."""

    def follow(self, duties: Duties, names: tuple[str, ...]) -> None:
        self.segment.follow(duties, names, clock())
        self.flush()

    def work(self, now: float) -> None:
        """What time has brought."""
        self._notice_stall(now)
        self.segment.look_at_clock(now)
        self._announce(now)
        self.flush()

    def leave(self) -> None:
        self.segment.leave(clock())
        self.flush()

    def close(self) -> None:
        """Say goodbye, as far as that is still heard."""
        self.segment.end()
        self.flush()
        self._groups.close()
        self._taps.close()

    def flush(self) -> None:
        """Send what the segment has to say."""
        ends = Ends(self.link.mac, self.link.source)
        outbox = self.segment.outbox
        while outbox:
            sealed = seal(outbox.popleft(), self._voice.keys[0])
            self._taps.send([datagram.send(ends, self._voice.port, sealed)])

    def state(self, now: float) -> wire.Link:
        segment = self.segment
        elsewhere = {}
        for peer in segment.peers:
            elsewhere.update(dict.fromkeys(map(_text, peer.claims), peer.node))
        lost = segment.holds.lost.items()
        by = {peer.generation: peer.node for peer in segment.peers}
        return wire.Link(
            self.link.name,
            segment.stage,
            segment.speech.names,
            tuple(
                wire.Neighbour(
                    peer.node,
                    round(now - peer.heard, 3),
                    peer.takes_part,
                    Mood.LED in peer.mood,
                    peer.is_deaf(now),
                    peer.held,
                )
                for peer in segment.peers
            ),
            tuple(map(_text, segment.holds.held)),
            elsewhere,
            {_text(address): by.get(generation, "") for address, generation in lost},
        )

    def _take(self, kind: int, frame: bytes) -> None:
        now = clock()
        self._notice_stall(now)
        self.segment.keep_up(now)
        self.flush()
        if kind == ARP:
            self._take_arp(frame, now)
        elif kind == IPV6 and (solicited := ndp.read(frame)) is not None:
            self._take_ndp(solicited, now)
        elif (received := datagram.receive(frame, self._voice.port)) is not None:
            self._take_message(*received, now)

    def _take_arp(self, frame: bytes, now: float) -> None:
        heard = arp.read(frame)
        if heard is None or heard.mac == self.link.mac:
            return
        if heard.address in self.segment.holds.held:
            self._defend(heard.address, heard.mac, now)
        is_to_us = heard.target in (self.link.mac, b"\xff" * 6)
        if heard.is_question and is_to_us and not heard.announces:
            self._answer(heard.about, arp.answer(heard, self.link.mac), now)

    def _take_ndp(self, heard: ndp.Heard, now: float) -> None:
        if heard.mac == self.link.mac:
            return
        if heard.is_question:
            self._answer(heard.about, ndp.answer(heard, self.link.mac), now)
        elif heard.about in self.segment.holds.held:
            self._defend(heard.about, heard.mac, now)

    def _take_message(self, ends: Ends, sealed: bytes, now: float) -> None:
        if ends.mac == self.link.mac:
            return
        try:
            self.segment.hear(unseal(sealed, self._voice.keys), now)
        except ForgedError:
            self._counts.forged += 1
        except MalformedError:
            self._counts.malformed += 1
        except (ReplayError, CrowdError):
            self._counts.replayed += 1
        except NamesakeError:
            self._counts.namesakes += 1
            self._counts.namesake_at = now
        self._announce(now)

    def _answer(self, address: bytes, frame: bytes, now: float) -> None:
        if not self.segment.answers(address, now):
            return
        counted = self._counts.by_address[address]
        counted.requests += 1
        counted.responses += 1
        self._taps.send([frame])

    def _defend(self, address: bytes, mac: bytes, now: float) -> None:
        """Somebody else says that it has our address."""
        self._counts.conflicts += 1
        self._counts.conflict = f"{_text(address)}, by {mac.hex(':')} on {self.link.name}"
        self._counts.conflict_at = now
        if now - self._defended.get(address, float("-inf")) >= DEFENCE:
            self._defended[address] = now
            self.segment.bursts.begin(address, now)

    def _announce(self, now: float) -> None:
        self._join()
        for address in self.segment.bursts.due(now, MOST_ANNOUNCED):
            if self.segment.answers(address, now):
                frames = _announcements(address, self.link.mac)
                self._taps.send(frames)
                self._counts.by_address[address].gratuitous += len(frames)

    def _join(self) -> None:
        if self.segment.handover.turn != self._joined:
            self._joined = self.segment.handover.turn
            held = (each for each in self.segment.holds.held if len(each) == 16)
            self._groups.want({GROUP_IPV4, GROUP_IPV6, *map(ndp.solicited_node, held)})

    def _notice_stall(self, now: float) -> None:
        if self.segment.is_stale(now):
            self._counts.stalls += 1
            self.segment.restart(now)


def names_of(link: Link, reaching: Iterable[str]) -> tuple[str, ...]:
    """All that an interface is called: its names, and what it is the way to."""
    return (link.name, *link.alternatives, *reaching)


def _announcements(address: bytes, mac: bytes) -> tuple[bytes, ...]:
    return (
        arp.announcements(address, mac) if len(address) == 4 else (ndp.announcement(address, mac),)
    )


def _text(address: bytes) -> str:
    return str(ip_address(address))
