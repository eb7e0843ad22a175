"""BFD control packets: bytes to values and back (RFC 5880 section 4.1).

0 |Vers| Diag  |Sta|P|F|C|A|D|M|  Detect Mult  |    Length     |
4 |                       My Discriminator                     |
8 |                      Your Discriminator                    |
12 |                 Desired Min TX Interval                    |   microseconds, as the two below
16 |                 Required Min RX Interval                   |
20 |               Required Min Echo RX Interval                |
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

VERSION: Final = 1
LENGTH: Final = 24

_LAYOUT: Final = struct.Struct("!BBBBIIIII")
_POLL, _FINAL, _AUTHENTICATED, _DEMAND, _MULTIPOINT = 0x20, 0x10, 0x04, 0x02, 0x01


class State(IntEnum):
    """Of a session, as one side sees it."""

    ADMIN_DOWN = 0
    DOWN = 1
    INIT = 2
    UP = 3


class Diagnostic(IntEnum):
    """Why a session went down, as far as we have a use for the reasons."""

    NONE = 0
    EXPIRED = 1
    ECHO_FAILED = 2
    NEIGHBOR_SAYS_DOWN = 3
    FORWARDING_RESET = 4
    PATH_DOWN = 5
    CONCATENATED_PATH_DOWN = 6
    ADMIN_DOWN = 7
    REVERSE_PATH_DOWN = 8


class PacketError(ValueError):
    """No packet that a session could use; RFC 5880 section 6.8.6 wants it dropped in silence."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One control packet. Intervals are in microseconds, discriminators in 0 to 2^32 - 1."""

    state: State
    mine: int
    yours: int
    multiplier: int
    transmit: int
    receive: int
    diagnostic: int = 0
    poll: bool = False
    final: bool = False
    demand: bool = False
    echo: int = 0


def encode(packet: Packet) -> bytes:
    flags = packet.state << 6
    flags |= _POLL if packet.poll else 0
    flags |= _FINAL if packet.final else 0
    flags |= _DEMAND if packet.demand else 0
    return _LAYOUT.pack(
        VERSION << 5 | packet.diagnostic,
        flags,
        packet.multiplier,
        LENGTH,
        packet.mine,
        packet.yours,
        packet.transmit,
        packet.receive,
        packet.echo,
    )


def decode(octets: bytes) -> Packet:
    """Raises PacketError for everything that section 6.8.6 drops before it looks for a session.

    A packet with authentication is dropped too: no session of ours has any.
    """
    if len(octets) < LENGTH:
        raise PacketError(f"{len(octets)} octets are too few")
    first, flags, multiplier, length, mine, yours, transmit, receive, echo = _LAYOUT.unpack_from(
        octets
    )
    if first >> 5 != VERSION:
        raise PacketError(f"version {first >> 5}")
    if not LENGTH <= length <= len(octets):
        raise PacketError(f"it says it has {length} octets, of {len(octets)}")
    _check_flags(flags, multiplier)
    state = State(flags >> 6)
    if mine == 0:
        raise PacketError("no discriminator of its own")
    if yours == 0 and state not in (State.DOWN, State.ADMIN_DOWN):
        raise PacketError("no discriminator of ours, although its session is not down")
    return Packet(
        state=state,
        mine=mine,
        yours=yours,
        multiplier=multiplier,
        transmit=transmit,
        receive=receive,
        diagnostic=first & 0x1F,
        poll=bool(flags & _POLL),
        final=bool(flags & _FINAL),
        demand=bool(flags & _DEMAND),
        echo=echo,
    )


def _check_flags(flags: int, multiplier: int) -> None:
    if flags & _MULTIPOINT:
        raise PacketError("the multipoint bit is set")
    if flags & _AUTHENTICATED:
        raise PacketError("it is authenticated, and no session here is")
    if multiplier == 0:
        raise PacketError("a detect multiplier of 0")
