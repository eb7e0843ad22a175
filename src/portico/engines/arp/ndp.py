"""Neighbour discovery (RFC 4861): solicitations in, advertisements out."""

import struct
from typing import Final, NamedTuple

from portico.engines.arp.checksum import checksum, pseudo_header
from portico.engines.arp.ethernet import IPV6, multicast, parse, render

_IPV6: Final = struct.Struct("!IHBB16s16s")
_ND: Final = struct.Struct("!BBHI16s")
_ICMPV6: Final = 58
_HOP_LIMIT: Final = 255
"""A router lowers it: a message with less comes from another network."""

_MULTICAST: Final = 0xFF
"""The first byte of every group."""

_SOLICITATION: Final = 135
_ADVERTISEMENT: Final = 136
_SOLICITED: Final = 0x40000000
_OVERRIDE: Final = 0x20000000

_SOURCE_MAC: Final = 1
_TARGET_MAC: Final = 2

UNSPECIFIED: Final = bytes(16)
ALL_NODES: Final = b"\xff\x02" + bytes(13) + b"\x01"
_SOLICITED_NODE: Final = b"\xff\x02" + bytes(9) + b"\x01\xff"


class Heard(NamedTuple):
    """One neighbour solicitation, or somebody's advertisement. Addresses are packed."""

    mac: bytes
    """Where an answer goes: the option of the message, else the sender of the frame."""

    address: bytes
    """Of the sender; unspecified where it wants to know whether it may have `about`."""

    about: bytes
    is_question: bool


def solicited_node(address: bytes) -> bytes:
    """The group that everybody with such an address listens to."""
    return _SOLICITED_NODE + address[13:]


def read(frame: bytes) -> Heard | None:
    """None for everything that RFC 4861 (7.1.1, 7.1.2) tells to discard, or is something else."""
    got = parse(frame)
    opened = _open(got.payload) if got is not None and got.kind == IPV6 else None
    if got is None or opened is None:
        return None
    source, target, message = opened
    kind, code, _, _, about = _ND.unpack_from(message)
    options = _options(message[_ND.size :])
    if code or about[0] == _MULTICAST or options is None:
        return None
    if kind == _ADVERTISEMENT:
        return Heard(got.source, about, about, is_question=False)
    mac = options.get(_SOURCE_MAC, b"")
    is_odd = source == UNSPECIFIED and (mac or target != solicited_node(about))
    if kind != _SOLICITATION or is_odd:
        return None
    return Heard(mac or got.source, source, about, is_question=True)


def answer(heard: Heard, mac: bytes) -> bytes:
    """`heard.about` is at this hardware address. It does not override what the asker knows: an
    address that is moving is told by announcements (RFC 4861, 7.2.4, of anycast and proxies).
    """
    if heard.address == UNSPECIFIED:  # who asks has no address: everybody is told (7.2.4)
        return _advertisement(multicast(ALL_NODES), ALL_NODES, heard.about, mac, 0)
    return _advertisement(heard.mac, heard.address, heard.about, mac, _SOLICITED)


def announcement(address: bytes, mac: bytes) -> bytes:
    """To everybody: forget what you knew (7.2.6)."""
    return _advertisement(multicast(ALL_NODES), ALL_NODES, address, mac, _OVERRIDE)


def _open(packet: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Source, target and message of an ICMPv6 packet of this very link."""
    if len(packet) < _IPV6.size + _ND.size:
        return None
    first, size, following, hops, source, target = _IPV6.unpack_from(packet)
    message = packet[_IPV6.size : _IPV6.size + size]
    if first >> 28 != 6 or following != _ICMPV6 or hops != _HOP_LIMIT or source[0] == _MULTICAST:
        return None
    if not _ND.size <= size == len(message):
        return None
    is_broken = checksum(pseudo_header(source, target, _ICMPV6, size), message)
    return None if is_broken else (source, target, message)


def _advertisement(to: bytes, target: bytes, address: bytes, mac: bytes, flags: int) -> bytes:
    option = bytes((_TARGET_MAC, 1)) + mac
    size = _ND.size + len(option)
    pseudo = pseudo_header(address, target, _ICMPV6, size)
    unsigned = _ND.pack(_ADVERTISEMENT, 0, 0, flags, address) + option
    signed = _ND.pack(_ADVERTISEMENT, 0, checksum(pseudo, unsigned), flags, address) + option
    head = _IPV6.pack(6 << 28, size, _ICMPV6, _HOP_LIMIT, address, target)
    return render(to, mac, IPV6, head + signed)


def _options(tail: bytes) -> dict[int, bytes] | None:
    """The hardware addresses among them; None where one has no length or is cut short."""
    found = {}
    while tail:
        if len(tail) < 2 or not tail[1] or len(tail) < tail[1] * 8:
            return None
        kind, units = tail[0], tail[1]
        if kind in (_SOURCE_MAC, _TARGET_MAC) and units == 1:
            found[kind] = tail[2:8]
        tail = tail[units * 8 :]
    return found
