"""ARP for IPv4 on Ethernet (RFC 826): bytes in, bytes out."""

import struct
from typing import Final, NamedTuple

from portico.engines.arp.ethernet import ARP, BROADCAST, parse, render

_BODY: Final = struct.Struct("!HHBBH6s4s6s4s")
_ON_ETHERNET: Final = (1, 0x0800, 6, 4)
"""Hardware, protocol, and the sizes of their addresses."""

_REQUEST: Final = 1
_REPLY: Final = 2
_NOBODY: Final = bytes(6)
UNSPECIFIED: Final = bytes(4)


class Heard(NamedTuple):
    """One ARP message. Addresses are packed; `is_question` tells a request from a reply."""

    target: bytes
    """The hardware address that the frame was sent to."""

    mac: bytes
    address: bytes
    """Of the sender; unspecified where it has none yet (a probe, RFC 5227)."""

    about: bytes
    """Whose hardware address is asked for, or told."""

    is_question: bool

    @property
    def announces(self) -> bool:
        """The sender tells everybody that the address is its own."""
        return self.address == self.about


def read(frame: bytes) -> Heard | None:
    """None for everything that is not ARP for IPv4 on Ethernet from a single host."""
    got = parse(frame)
    if got is None or got.kind != ARP or len(got.payload) < _BODY.size:
        return None
    *form, operation, mac, address, _, about = _BODY.unpack_from(got.payload)
    # A sender inside that is not the one outside is a forgery or a proxy: nobody to be answered.
    if tuple(form) != _ON_ETHERNET or mac != got.source or mac[0] & 1:
        return None
    if operation not in (_REQUEST, _REPLY):
        return None
    return Heard(got.target, mac, address, about, operation == _REQUEST)


def answer(heard: Heard, mac: bytes) -> bytes:
    """`heard.about` is at this hardware address."""
    return _frame(heard.mac, mac, _REPLY, heard.about, (heard.mac, heard.address))


def announcements(address: bytes, mac: bytes) -> tuple[bytes, bytes]:
    """A request and a reply to everybody: some hosts learn from the one, some from the other."""
    return (
        _frame(BROADCAST, mac, _REQUEST, address, (_NOBODY, address)),
        _frame(BROADCAST, mac, _REPLY, address, (BROADCAST, address)),
    )


def _frame(
    target: bytes, mac: bytes, operation: int, address: bytes, other: tuple[bytes, bytes]
) -> bytes:
    body = _BODY.pack(*_ON_ETHERNET, operation, mac, address, *other)
    return render(target, mac, ARP, body)
