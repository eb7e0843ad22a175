"""The packet sockets of one interface: packet(7)."""

import contextlib
import select
import socket
from collections.abc import Iterator, Sequence
from typing import Final

from portico.engines.arp import filters
from portico.engines.arp.ethernet import ARP, IPV4, IPV6
from portico.engines.arp.links import Link
from portico.engines.companion.loop import Loop, Watcher

MOST_AT_ONCE: Final = 64
"""Packets that are read before anything else gets its turn."""

_LONGEST: Final = 2048
_BUFFER: Final = 1 << 20


class Taps:
    """One socket a protocol, each with a filter: what is not for us never leaves the kernel."""

    def __init__(self, link: Link, port: int, loop: Loop, watcher: Watcher) -> None:
        """Raises OSError."""
        self._name = link.name
        self._loop = loop
        with contextlib.ExitStack() as opened:
            self._by_kind = {
                kind: opened.enter_context(_tap(link.name, kind, steps))
                for kind, steps in (
                    (ARP, filters.ARP),
                    (IPV4, filters.ipv4(port)),
                    (IPV6, filters.ipv6(port)),
                )
            }
            opened.pop_all()
        self._by_descriptor = {each.fileno(): each for each in self._by_kind.values()}
        for descriptor in self._by_descriptor:
            loop.watch(descriptor, select.EPOLLIN, watcher)
        self.refused = 0

    @property
    def any(self) -> socket.socket:
        """One of them."""
        return self._by_kind[ARP]

    def frames(self, descriptor: int) -> Iterator[tuple[int, bytes]]:
        """What has come: its protocol, and the frame. Raises OSError where the interface is off."""
        tap = self._by_descriptor[descriptor]
        for _ in range(MOST_AT_ONCE):
            try:
                frame, (name, kind, *_) = tap.recvfrom(_LONGEST)
            except BlockingIOError:
                return
            if name == self._name:  # not of a VLAN or a bridge above it
                yield kind, frame

    def send(self, frames: Sequence[bytes]) -> None:
        """What the interface does not take (it is going down, its queue is full) is lost."""
        for frame in frames:
            try:
                self.any.send(frame)
            except OSError:
                self.refused += 1

    def close(self) -> None:
        for each in self._by_kind.values():
            self._loop.dispose(each)


def _tap(name: str, kind: int, steps: Sequence[filters.Step]) -> socket.socket:
    # Of no protocol until the filter is there: nothing gets in before it.
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
    try:
        filters.attach(tap, steps)
        tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        tap.bind((name, kind))
    except OSError:
        tap.close()
        raise
    return tap
