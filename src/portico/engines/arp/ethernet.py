"""Ethernet frames: bytes in, bytes out."""

import struct
from typing import Final, NamedTuple

BROADCAST: Final = b"\xff" * 6
IPV4: Final = 0x0800
ARP: Final = 0x0806
IPV6: Final = 0x86DD

_HEADER: Final = struct.Struct("!6s6sH")
HEADER_SIZE: Final = _HEADER.size


class Frame(NamedTuple):
    """One frame without its checksum, which the hardware adds and removes."""

    target: bytes
    source: bytes
    kind: int
    payload: bytes


def parse(frame: bytes) -> Frame | None:
    """None for what is too short to be one."""
    if len(frame) < HEADER_SIZE:
        return None
    target, source, kind = _HEADER.unpack_from(frame)
    return Frame(target, source, kind, frame[HEADER_SIZE:])


def render(target: bytes, source: bytes, kind: int, payload: bytes) -> bytes:
    return _HEADER.pack(target, source, kind) + payload


def multicast(group: bytes) -> bytes:
    """The hardware address of an IP group (RFC 1112, RFC 2464)."""
    if len(group) == 4:
        return b"\x01\x00\x5e" + bytes((group[1] & 0x7F,)) + group[2:]
    return b"\x33\x33" + group[12:]
