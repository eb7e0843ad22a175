"""HOST:PORT as people write it."""

import ipaddress

import click


def host_and_port(text: str, option: str) -> tuple[str, int]:
    """`127.0.0.1:80`, `[::1]:80` or `localhost:80`; port 0 means any free one.

    Raises click.BadParameter for whoever typed it.
    """
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise click.BadParameter(f"{text!r}: expected HOST:PORT", param_hint=option)
    return host, int(port)


def address(text: str, option: str) -> str:
    """An IPv4 or IPv6 address. Raises click.BadParameter for whoever typed it."""
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an IP address", param_hint=option) from None
