"""Which multicast groups an interface takes in: those of the addresses we answer for, and ours.

To be a member tells the interface, and, for IPv6, switches that look at who listens (RFC 4541).
"""

import contextlib
import socket
import struct
from collections.abc import Iterable
from typing import Final

from portico.engines.arp.ethernet import multicast

_SOL_PACKET: Final = 263
_ADD: Final = 1
_DROP: Final = 2
_PACKET_MR_MULTICAST: Final = 0
_REQUEST: Final = struct.Struct("=iHH8s")

_MOST_EACH: Final = 64
"""Groups a socket can be in: the kernel takes the memory for them from its buffers."""


class Groups:
    """Of one interface; `tap` is a packet socket of it."""

    def __init__(self, index: int, tap: socket.socket) -> None:
        self._index = index
        self._tap = tap
        self._joined: dict[bytes, socket.socket | None] = {}
        self._members: dict[socket.socket, int] = {}

    def want(self, groups: Iterable[bytes]) -> None:
        """Be in exactly these. Raises OSError where the interface is gone."""
        wanted = set(groups)
        for group in self._joined.keys() - wanted:
            self._leave(group)
        for group in wanted - self._joined.keys():
            self._join(group)

    def close(self) -> None:
        for member in self._members:
            member.close()
        self._joined.clear()
        self._members.clear()

    def _join(self, group: bytes) -> None:
        self._tell_interface(_ADD, group)
        self._joined[group] = None
        if len(group) == 16:
            # Without IPv6 on this interface nobody tells switches; those that do not look deliver.
            with contextlib.suppress(OSError):
                member = self._member()
                member.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, self._at(group))
                self._joined[group] = member
                self._members[member] += 1

    def _leave(self, group: bytes) -> None:
        member = self._joined.pop(group)
        with contextlib.suppress(OSError):  # the interface may be gone, and all that with it
            self._tell_interface(_DROP, group)
            if member is not None:
                self._members[member] -= 1
                member.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_LEAVE_GROUP, self._at(group))

    def _tell_interface(self, what: int, group: bytes) -> None:
        mac = multicast(group)
        request = _REQUEST.pack(self._index, _PACKET_MR_MULTICAST, len(mac), mac)
        self._tap.setsockopt(_SOL_PACKET, what, request)

    def _member(self) -> socket.socket:
        for member, count in self._members.items():
            if count < _MOST_EACH:
                return member
        made = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self._members[made] = 0
        return made

    def _at(self, group: bytes) -> bytes:
        return group + struct.pack("@I", self._index)
