"""What ExaBGP is told through its pipe: lines of text, made of addresses and numbers."""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from portico.engines.bgp.wire import Route

AT_ONCE: Final = 100
"""Prefixes in one command; ExaBGP handles a command in one go, and sessions wait for that long."""

_COMMUNITY: Final = re.compile(r"\d{1,5}:\d{1,5}")
_LARGE: Final = re.compile(r"\d{1,10}:\d{1,10}:\d{1,10}")


class Told(NamedTuple):
    """A route as ExaBGP was told it, with its next hop."""

    next_hop: str
    local_pref: int | None
    communities: tuple[str, ...]
    large: tuple[str, ...]


def told(route: Route, next_hop: str) -> Told:
    """Raises ValueError for what is no address or community."""
    for known, each in [
        *((_COMMUNITY, each) for each in route.communities),
        *((_LARGE, each) for each in route.large),
    ]:
        if not known.fullmatch(each):
            raise ValueError(f"{each!r} is no community")
    hop = str(ipaddress.ip_address(route.next_hop or next_hop))
    return Told(hop, route.local_pref, route.communities, route.large)


def announcements(peer: str, routes: Iterable[tuple[str, Told]]) -> Iterator[str]:
    """The fewest commands that announce these routes to a peer: those alike go together."""
    alike: dict[tuple[bool, Told], list[str]] = {}
    for prefix, route in routes:
        network = ipaddress.ip_network(prefix)
        alike.setdefault((network.version == 6, route), []).append(str(network))
    for (_, route), prefixes in alike.items():
        attributes = _attributes(route)
        for some in _slices(prefixes):
            yield f"{_to(peer)} announce attributes {attributes} nlri {' '.join(some)}"


def withdrawals(peer: str, prefixes: Iterable[str]) -> Iterator[str]:
    for prefix in prefixes:
        yield f"{_to(peer)} withdraw route {ipaddress.ip_network(prefix)}"


def end_of_rib(peer: str, families: Iterable[str]) -> Iterator[str]:
    """Tell a router that knew us before that this was all."""
    for family in sorted(families):
        if family in ("ipv4", "ipv6"):
            yield f"{_to(peer)} announce eor {family} unicast"


def resend(peer: str) -> str:
    """Answered with an error where there is no session."""
    return f"{_to(peer)} flush adj-rib out"


CONFIGURATION: Final = "show neighbor configuration"
NEIGHBORS: Final = "show neighbor json"
ROUTES: Final = "show adj-rib out json"


def _to(peer: str) -> str:
    return f"neighbor {ipaddress.ip_address(peer)}"


def _attributes(route: Told) -> str:
    words = [f"next-hop {route.next_hop}"]
    if route.local_pref is not None:
        words.append(f"local-preference {route.local_pref:d}")
    if route.communities:
        words.append(f"community [ {' '.join(route.communities)} ]")
    if route.large:
        words.append(f"large-community [ {' '.join(route.large)} ]")
    return " ".join(words)


def _slices(prefixes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(prefixes), AT_ONCE):
        yield prefixes[start : start + AT_ONCE]
