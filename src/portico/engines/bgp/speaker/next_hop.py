"""The next hop of a route whose family is not that of the session: the other address of our end."""

import fcntl
import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Final, NamedTuple

_GET_ADDRESS: Final = 0x8915  # SIOCGIFADDR, netdevice(7): the first IPv4 address of an interface
_REQUEST: Final = struct.Struct("16s24x")  # struct ifreq
_UNFIT: Final = 0x01 | 0x08 | 0x20 | 0x40
"""IFA_F_TEMPORARY, DADFAILED, DEPRECATED, TENTATIVE: no address to be found under for long."""

_GLOBAL: Final = 0
_ANY_PORT: Final = 9
IPV6_ADDRESSES: Final = Path("/proc/self/net/if_inet6")


class _Address(NamedTuple):
    address: IPv6Address
    is_fit: bool
    interface: str


def local_address(peer: str, port: int, device: str) -> str:
    """What the kernel would choose to speak to a peer; empty: there is no way to it."""
    kind = socket.AF_INET6 if ":" in peer else socket.AF_INET
    try:
        with socket.socket(kind, socket.SOCK_DGRAM) as probe:
            if device:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
            probe.connect((peer, port))  # sends nothing
            return str(probe.getsockname()[0])
    except OSError:
        return ""


def is_neighbour(peer: str, device: str) -> bool:
    """Whether a peer is on a network of ours; True too where there is no way to it at all."""
    kind = socket.AF_INET6 if ":" in peer else socket.AF_INET
    try:
        with socket.socket(kind, socket.SOCK_DGRAM) as probe:
            if device:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
            probe.connect((peer, _ANY_PORT))  # sends nothing
            return True
    except OSError:
        return not local_address(peer, _ANY_PORT, device)


def partner(local: str) -> str:
    """Our address of the other family on the interface that has `local`; empty: there is none."""
    if ":" in local:
        wanted = ip_address(local)
        for each in _ipv6_addresses():
            if each.address == wanted:
                return _ipv4_address(each.interface)
        return ""
    for _, interface in socket.if_nameindex():
        if _ipv4_address(interface) == local:
            fit = sorted(
                each.address
                for each in _ipv6_addresses()
                if each.interface == interface and each.is_fit
            )
            return str(fit[0]) if fit else ""
    return ""


def _ipv6_addresses() -> Iterator[_Address]:
    try:
        lines = IPV6_ADDRESSES.read_text().splitlines()
    except OSError:  # a kernel without IPv6
        return
    for line in lines:
        address, _, _, scope, flags, interface = line.split()
        is_fit = int(scope, 16) == _GLOBAL and not int(flags, 16) & _UNFIT
        yield _Address(IPv6Address(bytes.fromhex(address)), is_fit, interface)


def _ipv4_address(interface: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking, _GET_ADDRESS, _REQUEST.pack(interface.encode()))
        except OSError:  # it has none
            return ""
    return socket.inet_ntoa(answer[20:24])
