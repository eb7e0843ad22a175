"""The PROXY protocol, versions 1 and 2, for TCP: bytes in, bytes out.

Source: "The PROXY protocol", HAProxy Technologies, sections 2.1 (text) and 2.2 (binary).
"""

import ipaddress
import socket
import struct
from typing import Final, NamedTuple

LONGEST_V1: Final = 107
"""Bytes, with the end of the line."""

SIGNATURE: Final = b"\r\n\r\n\0\r\nQUIT\n"
PROXY: Final = 0x21
"""Version 2, on behalf of somebody else."""

_HEAD: Final = struct.Struct("!12sBBH")
_ADDRESSES: Final = {0x11: struct.Struct("!4s4sHH"), 0x21: struct.Struct("!16s16sHH")}
"""TCP over IPv4, TCP over IPv6: source, destination, their ports."""

_WORDS: Final = {"TCP4": 4, "TCP6": 6}


class HeaderError(ValueError):
    """The bytes are no header of a TCP connection."""


class Ends(NamedTuple):
    """Who connected, and where to. Both addresses are of one family."""

    source: str
    source_port: int
    destination: str
    destination_port: int


class Parsed(NamedTuple):
    """What a header says, and how many bytes it has."""

    ends: Ends
    size: int


def render(ends: Ends, version: int) -> bytes:
    """The header that comes before the first byte of the client.

    The addresses are as the kernel writes them: in their shortest form.
    """
    is_ipv6 = ":" in ends.source
    if version == 1:
        words = f"PROXY TCP{6 if is_ipv6 else 4} {ends.source} {ends.destination}"
        return f"{words} {ends.source_port} {ends.destination_port}\r\n".encode("ascii")
    family, kind = (socket.AF_INET6, 0x21) if is_ipv6 else (socket.AF_INET, 0x11)
    # Not by the module ipaddress: it takes a tenth of all the time there is for a connection.
    packed = [socket.inet_pton(family, each) for each in (ends.source, ends.destination)]
    addresses = _ADDRESSES[kind].pack(*packed, ends.source_port, ends.destination_port)
    return _HEAD.pack(SIGNATURE, PROXY, kind, len(addresses)) + addresses


def parse(received: bytes) -> Parsed | None:
    """None: more bytes are needed. Raises HeaderError."""
    if received.startswith(SIGNATURE):
        return _parse_binary(received)
    if SIGNATURE.startswith(received[: len(SIGNATURE)]):
        return None
    return _parse_text(received)


def _parse_text(received: bytes) -> Parsed | None:
    line, end, _ = received[:LONGEST_V1].partition(b"\r\n")
    if not end:
        if len(received) >= LONGEST_V1 or not _begins_like_text(received):
            raise HeaderError(f"{received[:LONGEST_V1]!r} is no PROXY line")
        return None
    words = line.decode("ascii", "replace").split(" ")
    if len(words) != 6 or words[0] != "PROXY" or words[1] not in _WORDS:
        raise HeaderError(f"{line!r} is no PROXY line")
    try:
        source, destination = (ipaddress.ip_address(word) for word in words[2:4])
        ports = [_port(word) for word in words[4:6]]
    except ValueError as error:
        raise HeaderError(f"{line!r}: {error}") from None
    if {source.version, destination.version} != {_WORDS[words[1]]}:
        raise HeaderError(f"{line!r}: addresses of another family")
    ends = Ends(str(source), ports[0], str(destination), ports[1])
    return Parsed(ends, len(line) + len(end))


def _begins_like_text(received: bytes) -> bool:
    return b"PROXY ".startswith(received[:6])


def _port(word: str) -> int:
    if not word.isdecimal() or not word.isascii() or int(word) > 65535:
        raise HeaderError(f"{word!r} is no port")
    return int(word)


def _parse_binary(received: bytes) -> Parsed | None:
    if len(received) < _HEAD.size:
        return None
    _, command, kind, length = _HEAD.unpack_from(received)
    layout = _ADDRESSES.get(kind)
    if command != PROXY or layout is None or length < layout.size:
        raise HeaderError(f"command {command:#x}, family {kind:#x}, {length} bytes: no TCP proxied")
    if len(received) < _HEAD.size + length:
        return None
    source, destination, source_port, destination_port = layout.unpack_from(received, _HEAD.size)
    ends = Ends(
        str(ipaddress.ip_address(source)),
        source_port,
        str(ipaddress.ip_address(destination)),
        destination_port,
    )
    return Parsed(ends, _HEAD.size + length)
