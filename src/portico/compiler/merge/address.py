"""Which addresses can be dialled."""

import ipaddress


def dialable(text: str, *, accepts_loopback: bool) -> str | None:
    """The address in its one canonical spelling; None if it must not or cannot be dialled.

    Link-local, multicast and unspecified addresses are refused as in the API server: nobody may
    point a route at the metadata service of a cloud. It refuses loopback too.
    """
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
