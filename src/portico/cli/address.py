"""Addresses, networks and ports as people write them."""

import ipaddress

import click

from portico.settings import Network


def host_and_port(text: str, option: str) -> tuple[str, int]:
    """`127.0.0.1:80`, `[::1]:80` or `localhost:80`; port 0 means any free one.

    Raises click.BadParameter for whoever typed it.
    """
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise click.BadParameter(f"{text!r}: expected HOST:PORT", param_hint=option)
    return host, int(port)


def address(text: str) -> str:
    """The type of an option: an IPv4 or IPv6 address, as Python writes it."""
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an IP address") from None


def network(text: str) -> Network:
    """The type of an option: 192.0.2.0/24, or one address."""
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}; expected a network such as 192.0.2.0/24") from None


def port_range(text: str) -> tuple[int, int]:
    """The type of an option: first and last port."""
    first, _, last = text.partition("-")
    if not (first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last) <= 65535):
        raise click.BadParameter(f"{text!r}: expected FIRST-LAST, between 1 and 65535")
    return int(first), int(last)
