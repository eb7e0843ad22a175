"""Networks as nft writes them: disjoint, in order, neighbours joined."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, summarize_address_range
from socket import AF_INET6, inet_ntop, inet_pton

Network = IPv4Network | IPv6Network


@lru_cache(maxsize=4096)
def spans(networks: tuple[Network, ...], version: int) -> tuple[str, ...]:
    """The networks of one IP version; `a-b` where a span is no network of its own.

    The kernel takes no two spans that overlap, and tells of neighbours as of one.
    """
    edges = sorted(
        (int(network.network_address), int(network.broadcast_address))
        for network in networks
        if network.version == version
    )
    joined: list[tuple[int, int]] = []
    for first, last in edges:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(_span(first, last, version) for first, last in joined)


def canonical(address: str) -> str:
    """One text for one address, as the kernel's is written out."""
    return inet_ntop(AF_INET6, inet_pton(AF_INET6, address)) if ":" in address else address


def _span(first: int, last: int, version: int) -> str:
    start, end = _addresses((first, last), version)
    if first == last:
        return canonical(str(start))
    networks = list(_summary(start, end))
    if len(networks) == 1:
        return f"{canonical(str(start))}/{networks[0].prefixlen}"
    return f"{canonical(str(start))}-{canonical(str(end))}"


def _addresses(edges: Iterable[int], version: int) -> list[IPv4Address] | list[IPv6Address]:
    if version == 4:
        return [IPv4Address(edge) for edge in edges]
    return [IPv6Address(edge) for edge in edges]


def _summary(
    first: IPv4Address | IPv6Address, last: IPv4Address | IPv6Address
) -> Iterable[Network]:
    if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
        return summarize_address_range(first, last)
    assert isinstance(first, IPv6Address)
    assert isinstance(last, IPv6Address)
    return summarize_address_range(first, last)
