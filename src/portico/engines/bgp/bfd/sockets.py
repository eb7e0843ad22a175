"""UDP as RFC 5881 and 5883 want it: ports, TTLs, and one ear for all sessions of a kind."""

import contextlib
import random
import socket
import struct
from typing import Final, NamedTuple

SINGLE_HOP: Final = 3784
MULTIHOP: Final = 4784
ALL_HOPS: Final = 255
"""The TTL of everything sent; who receives it from a neighbour sees it unchanged."""

SOURCE_PORTS: Final = range(49152, 65536)
TRIES: Final = 32
LONGEST: Final = 512
"""Octets of a datagram that are read; a control packet has 24, or some more."""

_HOPS: Final = struct.Struct("i")
_RECEIVE_TTL: Final = 12  # IP_RECVTTL, which this Python does not name


class Ear(NamedTuple):
    """Where sessions of one kind listen."""

    is_ipv6: bool
    multihop: bool
    device: str


class Heard(NamedTuple):
    """One datagram; `ttl` 0: the kernel did not say."""

    octets: bytes
    source: str
    ttl: int


def listener(ear: Ear) -> socket.socket:
    """Raises OSError: another program does BFD here, or the device is gone."""
    family = socket.AF_INET6 if ear.is_ipv6 else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        if ear.is_ipv6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
        else:
            made.setsockopt(socket.IPPROTO_IP, _RECEIVE_TTL, 1)
        _to_device(made, ear.device)
        made.bind(("::" if ear.is_ipv6 else "0.0.0.0", MULTIHOP if ear.multihop else SINGLE_HOP))  # noqa: S104  # any address of ours
    except OSError:
        made.close()
        raise
    return made


def hear(ear: socket.socket) -> Heard | None:
    """The next datagram, if there is one."""
    try:
        octets, ancillary, _, source = ear.recvmsg(LONGEST, socket.CMSG_SPACE(_HOPS.size))
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:  # an ICMP error of something that was sent before
        return None
    hops = {(socket.IPPROTO_IP, socket.IP_TTL), (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT)}
    ttl = 0
    for level, kind, content in ancillary:
        if (level, kind) in hops and len(content) >= _HOPS.size:
            (ttl,) = _HOPS.unpack_from(content)
    return Heard(octets, str(source[0]), ttl)


class Mouth:
    """Sends to one peer, from one port. Opens itself, again and again where that fails."""

    def __init__(self, peer: str, local: str, device: str, *, multihop: bool) -> None:
        self._target = (peer, MULTIHOP if multihop else SINGLE_HOP)
        self._local = local
        self._device = device
        self._open: socket.socket | None = None
        self.trouble = ""

    def send(self, octets: bytes) -> bool:
        """Whether the kernel took it; `trouble` says why not."""
        try:
            if self._open is None:
                self._open = self._opened()
            self._open.sendto(octets, self._target)
        except OSError as error:
            self.trouble = str(error)
            self.close()
            return False
        self.trouble = ""
        return True

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _opened(self) -> socket.socket:
        is_ipv6 = ":" in self._target[0]
        made = socket.socket(
            socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
        )
        try:
            if is_ipv6:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ALL_HOPS)
            else:
                made.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ALL_HOPS)
            # Network control, as routers do it: the last to be dropped where a link is full.
            tos = (
                (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)
                if is_ipv6
                else (socket.IPPROTO_IP, socket.IP_TOS)
            )
            made.setsockopt(*tos, 0xC0)
            _to_device(made, self._device)
            _bind_to_source_port(made, self._local or ("::" if is_ipv6 else "0.0.0.0"))  # noqa: S104  # the kernel's choice
        except OSError:
            made.close()
            raise
        return made


def _to_device(made: socket.socket, device: str) -> None:
    if device:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())


def _bind_to_source_port(made: socket.socket, address: str) -> None:
    """Any free one of those that RFC 5881 section 4 allows."""
    for port in random.sample(SOURCE_PORTS, TRIES - 1):
        with contextlib.suppress(OSError):
            made.bind((address, port))
            return
    made.bind((address, random.choice(SOURCE_PORTS)))  # noqa: S311  # and now the error is wanted
