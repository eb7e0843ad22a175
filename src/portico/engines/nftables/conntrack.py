"""The kernel's memory of flows: read with a filter, and made to forget (ctnetlink)."""

import struct
from collections.abc import Iterable
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final, NamedTuple

from portico.engines.nftables.elements import PROTOCOLS
from portico.engines.nftables.flows import Flow, Suspects
from portico.engines.nftables.netlink import Netlink, Request, attribute, attributes, nested
from portico.engines.nftables.seats import Seat
from portico.plan.transport import Transport

# linux/netfilter/nfnetlink_conntrack.h
_CONNTRACK: Final = 1 << 8
_GET: Final = _CONNTRACK | 1
_DELETE: Final = _CONNTRACK | 2

_ORIGINAL, _REPLY, _STATUS, _ID, _ZONE, _FILTER, _STATUS_MASK = 1, 2, 3, 12, 18, 25, 26
_IP, _PROTOCOL = 1, 2
_PROTOCOL_NUMBER, _SOURCE_PORT, _DESTINATION_PORT = 1, 2, 3
_SOURCE, _DESTINATION, _SOURCE6, _DESTINATION6 = 1, 2, 3, 4

# Which fields of a tuple must be equal (net/netfilter/nf_conntrack_netlink.c).
_BY_SOURCE, _BY_DESTINATION, _BY_PROTOCOL = 1 << 0, 1 << 1, 1 << 3
_BY_SOURCE_PORT, _BY_DESTINATION_PORT = 1 << 4, 1 << 5

_SEEN_REPLY: Final = 1 << 1
"""linux/netfilter/nf_conntrack_common.h"""

_TRANSPORTS: Final = {number: transport for transport, number in PROTOCOLS.items()}
_GENERIC: Final = 4

MOST_QUESTIONS: Final = 2
"""Each walks through the whole table in the kernel; more are dearer than all flows of a family."""

_GONE: Final = 2
"""ENOENT: the flow ended meanwhile."""


class _Question(NamedTuple):
    """Flows of one transport; but of UDP, only those that nobody answered."""

    transport: Transport
    family: int
    tuples: bytes = b""
    original: int = 0
    reply: int = 0

    @property
    def request(self) -> Request:
        flags = nested(_FILTER, _flags(1, self.original), _flags(2, self.reply))
        unanswered = b""
        if self.transport != Transport.UDP:
            mask = struct.pack("!I", _SEEN_REPLY)
            unanswered = attribute(_STATUS, bytes(4)) + attribute(_STATUS_MASK, mask)
        return Request(_GET, self.family, self.tuples + unanswered + flags)


class Conntrack:
    """Raises OSError."""

    def __init__(self, netlink: Netlink) -> None:
        self._netlink = netlink

    def look(self, where: Suspects) -> list[Flow]:
        """Flows that may have to do with these, and others perhaps."""
        questions = [
            *(_answered_by(Transport.UDP, seat) for seat in where.left),
            *(question for seat in where.opened | where.closed for question in _dialling(seat)),
            *(_answered_by(transport, seat) for transport, seat in where.lost),
        ]
        if len(questions) > MOST_QUESTIONS:
            questions = [_any(*about) for about in {asked[:2] for asked in questions}]
        return [_flow(body) for asked in questions for body in self._netlink.dump(asked.request)]

    def forget(self, flows: Iterable[Flow]) -> int:
        """How many were there and are not any more."""
        results = self._netlink.tell(Request(_DELETE, flow.family, flow.name) for flow in flows)
        for result in results:
            if result not in (0, _GONE):
                raise OSError(result, "conntrack keeps a flow of an endpoint that is gone")
        return results.count(0)


def _flow(body: bytes) -> Flow:
    family, told = body[0], attributes(body, _GENERIC)
    original, reply = attributes(told[_ORIGINAL]), attributes(told[_REPLY])
    name = attribute(_ORIGINAL | 0x8000, told[_ORIGINAL]) + attribute(_ID, told[_ID])
    if _ZONE in told:
        name += attribute(_ZONE, told[_ZONE])
    is_v6 = family == AF_INET6
    source, destination = (_SOURCE6, _DESTINATION6) if is_v6 else (_SOURCE, _DESTINATION)
    (status,) = struct.unpack("!I", told[_STATUS])
    return Flow(
        _TRANSPORTS[attributes(original[_PROTOCOL])[_PROTOCOL_NUMBER][0]],
        _seat(family, original, destination, _DESTINATION_PORT),
        _seat(family, reply, source, _SOURCE_PORT),
        bool(status & _SEEN_REPLY),  # Linux before 5.19 knows no filter by status
        family,
        name,
    )


def _seat(family: int, told: dict[int, bytes], address: int, port: int) -> Seat:
    (number,) = struct.unpack("!H", attributes(told[_PROTOCOL])[port])
    return Seat(inet_ntop(family, attributes(told[_IP])[address]), number)


def _answered_by(transport: Transport, seat: Seat) -> _Question:
    """Flows whose answers come from there, or would."""
    ports = attribute(_SOURCE_PORT, struct.pack("!H", seat.port))
    if ":" in seat.address:
        # Linux takes IPv6 addresses that differ for equal here (seen in 6.18): ports must do.
        tuples, flags = nested(_REPLY, _protocol(transport, ports)), _BY_PROTOCOL | _BY_SOURCE_PORT
        return _Question(transport, AF_INET6, tuples, reply=flags)
    tuples = nested(_REPLY, _ip(seat, _SOURCE), _protocol(transport, ports))
    flags = _BY_SOURCE | _BY_PROTOCOL | _BY_SOURCE_PORT
    return _Question(transport, AF_INET, tuples, reply=flags)


def _dialling(seat: Seat) -> list[_Question]:
    udp = Transport.UDP
    ports = _protocol(udp, attribute(_DESTINATION_PORT, struct.pack("!H", seat.port)))
    flags = _BY_PROTOCOL | _BY_DESTINATION_PORT
    if not seat.address:  # a node port, on whichever address
        families = [AF_INET, AF_INET6]
    elif ":" in seat.address:
        families = [AF_INET6]
    else:
        tuples = nested(_ORIGINAL, _ip(seat, _DESTINATION), ports)
        return [_Question(udp, AF_INET, tuples, original=flags | _BY_DESTINATION)]
    return [_Question(udp, f, nested(_ORIGINAL, ports), original=flags) for f in families]


def _any(transport: Transport, family: int) -> _Question:
    tuples = nested(_ORIGINAL, _protocol(transport))
    return _Question(transport, family, tuples, original=_BY_PROTOCOL)


def _ip(seat: Seat, kind: int) -> bytes:
    return nested(_IP, attribute(kind, inet_pton(AF_INET, seat.address)))


def _protocol(transport: Transport, ports: bytes = b"") -> bytes:
    number = attribute(_PROTOCOL_NUMBER, bytes([PROTOCOLS[transport]]))
    return nested(_PROTOCOL, number, ports)


def _flags(kind: int, flags: int) -> bytes:
    return attribute(kind, struct.pack("=I", flags))
