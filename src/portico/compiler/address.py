"""Which addresses can be dialled, or be an entry."""

import ipaddress
import re

# An ordinary IPv4 address: canonical, and of none of the networks that are looked at below. Parsing
# it was a quarter of a compile from scratch.
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ORDINARY = re.compile(rf"(?!0\.|127\.|169\.|22[4-9]\.|23[0-9]\.){_OCTET}(?:\.{_OCTET}){{3}}")


def dialable(text: str, *, accepts_loopback: bool) -> str | None:
    """The address in its one canonical spelling; None if it must not or cannot be dialled.

    Link-local, multicast and unspecified addresses are refused as in the API server: nobody may
    point a route at the metadata service of a cloud. It refuses loopback too.
    """
    if _ORDINARY.fullmatch(text):
        return text
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return None
        address = address.ipv4_mapped or address
    if address.is_unspecified or address.is_multicast or address.is_link_local:
        return None
    if address.is_loopback and not accepts_loopback:
        return None
    return str(address)


def is_loopback(address: str) -> bool:
    """Of an address in its canonical spelling."""
    return address == "::1" or address.startswith("127.")
