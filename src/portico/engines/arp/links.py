"""The network interfaces of this machine, and what can be announced on them."""

import socket
from typing import Final, NamedTuple

from portico.lib import netlink, rtnetlink

_IFLA_ADDRESS: Final = 1
_IFLA_IFNAME: Final = 3
_IFLA_LINKINFO: Final = 18
_IFLA_PROP_LIST: Final = 52
_IFLA_ALT_IFNAME: Final = 53
_IFLA_INFO_SLAVE_KIND: Final = 4

_UP: Final = 0x1
_HAS_BROADCAST: Final = 0x2
_IS_LOOPBACK: Final = 0x8
_HAS_NO_ARP: Final = 0x80
_LOWER_UP: Final = 0x10000

_ETHERNET: Final = 1

PORTS: Final = frozenset({"bridge", "bond", "team", "openvswitch"})
"""What an interface can be a part of that speaks for it. A VRF is not among them."""


class Link(NamedTuple):
    """One interface; addresses are packed, `alternatives` further names."""

    number: int
    name: str
    mac: bytes
    kind: int
    flags: int
    part_of: str
    alternatives: tuple[str, ...]
    addresses: tuple[bytes, ...] = ()

    @property
    def source(self) -> bytes:
        """What packets for the link are sent from: an IPv4 address, else the link-local one."""
        ipv4 = next((each for each in self.addresses if len(each) == 4), None)
        return ipv4 or link_local(self.mac)

    @property
    def flaw(self) -> str:
        """Why nothing can be announced there; empty if it can."""
        if self.flags & _IS_LOOPBACK:
            return "it is a loopback interface"
        if self.kind != _ETHERNET or len(self.mac) != 6 or not any(self.mac):
            return "it is no Ethernet interface"
        if not self.flags & _HAS_BROADCAST or self.flags & _HAS_NO_ARP:
            return "it has no broadcast, or no ARP"
        if self.part_of in PORTS:
            return f"it is a part of a {self.part_of}"
        if not self.flags & _UP:
            return "it is switched off"
        return "" if self.flags & _LOWER_UP else "it has no carrier"


def links() -> list[Link]:
    """In the kernel's order. Raises OSError."""
    with rtnetlink.connect() as connection:
        found = [_link(link) for link in rtnetlink.links(connection)]
        addresses: dict[int, list[bytes]] = {}
        for number, address in rtnetlink.addresses(connection):
            addresses.setdefault(number, []).append(address)
    return [link._replace(addresses=tuple(addresses.get(link.number, ()))) for link in found]


def link_local(mac: bytes) -> bytes:
    """The address that every interface can make for itself (RFC 4291, appendix A)."""
    return b"\xfe\x80" + bytes(6) + bytes((mac[0] ^ 2,)) + mac[1:3] + b"\xff\xfe" + mac[3:]


def way_to(address: str, among: list[Link]) -> Link | None:
    """Through which interface packets to an address would leave. Nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            source = socket.inet_pton(family, probe.getsockname()[0].partition("%")[0])
    except OSError:
        return None
    return next((link for link in among if source in link.addresses), None)


def _link(link: rtnetlink.Link) -> Link:
    inside = rtnetlink.attributes(link.said.get(_IFLA_LINKINFO, b""))
    alternatives = netlink.attributes(link.said.get(_IFLA_PROP_LIST, b""))
    return Link(
        link.number,
        _text(link.said.get(_IFLA_IFNAME, b"")),
        link.said.get(_IFLA_ADDRESS, b""),
        link.kind,
        link.flags,
        _text(inside.get(_IFLA_INFO_SLAVE_KIND, b"")),
        tuple(_text(name) for kind, name in alternatives if kind == _IFLA_ALT_IFNAME),
    )


def _text(name: bytes) -> str:
    return name.rstrip(b"\0").decode(errors="replace")
