"""UDP datagrams to one group of the link, frame and all (RFC 768, RFC 791, RFC 8200).

They are sent and read below the host's firewall, as ARP is. A rule that drops them on one node
would otherwise make it believe that it is alone, and announce every address.
"""

import struct
from typing import Final, NamedTuple

from portico.engines.arp.checksum import checksum, pseudo_header
from portico.engines.arp.ethernet import IPV4, IPV6, multicast, parse, render

GROUP_IPV4: Final = bytes((224, 0, 0, 254))
"""For experiments (RFC 4727). In 224.0.0.0/24 switches deliver to everybody without being asked
(RFC 4541, 2.1.2); elsewhere one without a querier forgets who listens."""

GROUP_IPV6: Final = b"\xff\x02" + bytes(12) + b"\x01\x14"
"""ff02::114, the same for IPv6."""

_IPV4: Final = struct.Struct("!BBHHHBBH4s4s")
_IPV6: Final = struct.Struct("!IHBB16s16s")
_UDP: Final = struct.Struct("!HHHH")
_PROTOCOL: Final = 17
_HOPS: Final = 255
"""Whoever is further away cannot send with so many (RFC 5082)."""

_CONTROL: Final = 0xC0
"""Class selector 6: network control, as routing protocols have."""


class Ends(NamedTuple):
    """Who sends: hardware and IP address, packed."""

    mac: bytes
    address: bytes


def send(ends: Ends, port: int, content: bytes) -> bytes:
    """The frame. IPv4 or IPv6, as the sender's address is."""
    is_ipv4 = len(ends.address) == 4
    group = GROUP_IPV4 if is_ipv4 else GROUP_IPV6
    size = _UDP.size + len(content)
    pseudo = pseudo_header(ends.address, group, _PROTOCOL, size)
    # 0 would mean that there is no checksum.
    signed = checksum(pseudo, _UDP.pack(port, port, size, 0), content) or 0xFFFF
    datagram = _UDP.pack(port, port, size, signed) + content
    if is_ipv4:
        packet = _ipv4_header(ends.address, group, size) + datagram
        return render(multicast(group), ends.mac, IPV4, packet)
    head = _IPV6.pack(6 << 28 | _CONTROL << 20, size, _PROTOCOL, _HOPS, ends.address, group)
    return render(multicast(group), ends.mac, IPV6, head + datagram)


def receive(frame: bytes, port: int) -> tuple[Ends, bytes] | None:
    """Who sent it, and the content; None for everything else."""
    got = parse(frame)
    if got is None:
        return None
    opened = _OPEN[got.kind](got.payload) if got.kind in _OPEN else None
    if opened is None:
        return None
    source, group, datagram = opened
    if len(datagram) < _UDP.size:
        return None
    _, to, size, signed = _UDP.unpack_from(datagram)
    if to != port or not _UDP.size <= size <= len(datagram):
        return None
    datagram = datagram[:size]
    if signed and checksum(pseudo_header(source, group, _PROTOCOL, size), datagram):
        return None
    return Ends(got.source, source), datagram[_UDP.size :]


def _ipv4_header(source: bytes, target: bytes, size: int) -> bytes:
    fields = (0x45, _CONTROL, _IPV4.size + size, 0, 0x4000, _HOPS, _PROTOCOL)
    unsigned = _IPV4.pack(*fields, 0, source, target)
    return _IPV4.pack(*fields, checksum(unsigned), source, target)


def _open_ipv4(packet: bytes) -> tuple[bytes, bytes, bytes] | None:
    if len(packet) < _IPV4.size:
        return None
    first, _, total, _, fragment, hops, protocol, _, source, target = _IPV4.unpack_from(packet)
    # No options and no fragments: we send none.
    if first != 0x45 or fragment & 0x3FFF or hops != _HOPS or protocol != _PROTOCOL:
        return None
    if target != GROUP_IPV4 or not _IPV4.size <= total <= len(packet):
        return None
    if checksum(packet[: _IPV4.size]):
        return None
    return source, target, packet[_IPV4.size : total]


def _open_ipv6(packet: bytes) -> tuple[bytes, bytes, bytes] | None:
    if len(packet) < _IPV6.size:
        return None
    first, size, following, hops, source, target = _IPV6.unpack_from(packet)
    if first >> 28 != 6 or following != _PROTOCOL or hops != _HOPS or target != GROUP_IPV6:
        return None
    if size > len(packet) - _IPV6.size:
        return None
    return source, target, packet[_IPV6.size : _IPV6.size + size]


_OPEN: Final = {IPV4: _open_ipv4, IPV6: _open_ipv6}
