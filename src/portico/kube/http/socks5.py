"""The client's side of SOCKS5 (RFC 1928, RFC 1929): bytes in, bytes out."""

from collections.abc import Generator
from ipaddress import IPv4Address, ip_address
from typing import Final

VERSION: Final = 5
NO_AUTHENTICATION, PASSWORD, NONE_ACCEPTABLE = 0x00, 0x02, 0xFF
CONNECT: Final = 1
IPV4, NAME, IPV6 = 1, 3, 4

REPLIES: Final = {
    1: "it has a trouble of its own",
    2: "its rules forbid it",
    3: "the network is unreachable",
    4: "the host is unreachable",
    5: "the connection was refused",
    6: "the time to live expired",
    7: "it cannot connect",
    8: "it does not know this kind of address",
}


class SocksError(ValueError):
    """Why the proxy does not let us through."""


Steps = Generator[tuple[bytes, int], bytes, None]
"""Gives bytes to be sent, and how many have to come back; is given those."""


def greet(host: str, port: int, user: str = "", password: str = "") -> Steps:
    """The whole conversation; afterwards the connection is one to the host. Raises SocksError."""
    methods = [NO_AUTHENTICATION, PASSWORD] if user else [NO_AUTHENTICATION]
    version, method = yield bytes([VERSION, len(methods), *methods]), 2
    _check(version)
    if method == PASSWORD and user:
        _, status = yield _password(user, password), 2
        if status:
            raise SocksError("it does not accept the user and the password")
    elif method != NO_AUTHENTICATION:
        raise SocksError("it wants another kind of authentication")
    asked = bytes([VERSION, CONNECT, 0]) + _address(host) + port.to_bytes(2, "big")
    version, code, _, kind = yield asked, 4
    _check(version)
    if code:
        raise SocksError(REPLIES.get(code, f"it says {code}"))
    yield from _skip_address(kind)


def _check(version: int) -> None:
    if version != VERSION:
        raise SocksError("it does not speak SOCKS5")


def _skip_address(kind: int) -> Steps:
    """Where the proxy connects from; of no use to anybody."""
    length = {IPV4: 4, IPV6: 16}.get(kind, 0)
    if kind == NAME:
        (length,) = yield b"", 1
    yield b"", length + 2


def _address(host: str) -> bytes:
    """Names are resolved by the proxy, which may know more of them than we."""
    try:
        address = ip_address(host)
    except ValueError:
        name = host.encode("idna")
        return bytes([NAME, len(name)]) + name
    kind = IPV4 if isinstance(address, IPv4Address) else IPV6
    return bytes([kind]) + address.packed


def _password(user: str, password: str) -> bytes:
    names = user.encode(), password.encode()
    if not all(len(name) < 256 for name in names):
        raise SocksError("the user or the password has more than 255 bytes")
    return b"\x01" + b"".join(bytes([len(name)]) + name for name in names)
