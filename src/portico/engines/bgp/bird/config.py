"""The configuration of BIRD: addresses and numbers, made of typed values only.

Each peer has tables of its own with its routes, so that each can be told other attributes.
Protocols are called after the address of the peer in hexadecimal.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from portico.engines.bgp.exabgp.config import ConfigError
from portico.engines.bgp.wire import Bfd, Peer, Route

LOCAL_PORT: Final = 10179
"""BIRD always listens; on a port that needs no privilege, as it is us who connect."""

LONGEST_PASSWORD: Final = 80

_DEVICE: Final = re.compile(r"[A-Za-z0-9_.\-]{1,15}")

IsNear = Callable[[Peer], bool]
"""Whether a router of our own AS is on a network of ours: then its BFD expects one hop."""

HopOf = Callable[[Peer, str], str]
"""Our address of a family as the next hop for a peer; empty: BIRD knows, or there is none."""


def name_of(address: str) -> str:
    """E.g. `c00002fe` for 192.0.2.254."""
    return ipaddress.ip_address(address).packed.hex()


class Surroundings(NamedTuple):
    """What of the machine a configuration depends on."""

    hop_of: HopOf
    is_near: IsNear


def render(
    peers: Mapping[str, Peer],
    routes: Callable[[Peer], Mapping[str, Route]],
    around: Surroundings,
) -> str:
    """The same for every order of peers and routes. Raises ConfigError."""
    parts = [
        "# Written by portico, and read again by BIRD after each change: edits are lost.",
        f"router id {_router_id(peers)};",
        "protocol device {}",
        "protocol bfd {}",
    ]
    for address in sorted(peers):
        parts += _peer(peers[address], routes(peers[address]), around)
    return "\n\n".join(parts) + "\n"


def _router_id(peers: Mapping[str, Peer]) -> str:
    """BIRD wants one for all; each session has its own all the same."""
    ids = sorted(peer.router_id for peer in peers.values())
    return str(ipaddress.IPv4Address(ids[0])) if ids else "192.0.2.1"


def _peer(peer: Peer, routes: Mapping[str, Route], around: Surroundings) -> Iterator[str]:
    name = name_of(peer.address)
    for family in sorted(peer.families):
        lines = [
            f"    route {_route(route)}"
            for prefix, route in sorted(routes.items())
            if (":" in prefix) == (family == "ipv6")
        ]
        yield f"{family} table {family}_{name};"
        body = "\n".join([f"    {family} {{ table {family}_{name}; }};", *lines])
        yield f"protocol static routes_{family}_{name} {{\n{body}\n}}"
    channels = [
        _channel(peer, family, around.hop_of(peer, family)) for family in sorted(peer.families)
    ]
    body = "\n".join(f"    {line}" for line in [*_session(peer, around.is_near), *channels])
    yield f"protocol bgp peer_{name} {{\n{body}\n}}"


def _session(peer: Peer, is_near: IsNear) -> Iterator[str]:
    yield f"router id {ipaddress.IPv4Address(peer.router_id)};"
    source = f"{ipaddress.ip_address(peer.source)} " if peer.source else ""
    yield f"local {source}port {peer.listen or LOCAL_PORT:d} as {peer.local:d};"
    yield f"neighbor {ipaddress.ip_address(peer.address)} port {peer.port:d} {_remote(peer)};"
    is_far = peer.multihop if peer.is_external else not is_near(peer)
    yield "multihop;" if is_far else "direct;"
    yield f"hold time {peer.hold:d};"
    if peer.keepalive:
        yield f"keepalive time {peer.keepalive:d};"
    yield f"connect retry time {peer.connect:d};"
    yield "connect delay time 1;"
    # After BFD has said that the path is dead, BIRD would wait for a minute otherwise.
    yield "error wait time 1, 5;"
    yield f"passive {'on' if peer.passive else 'off'};"
    if peer.password:
        yield f'password "{_password(peer)}";'
    if peer.graceful:
        yield "graceful restart on;"
        yield f"graceful restart time {peer.graceful:d};"
    if peer.device:
        yield f'vrf "{_device(peer)}";'
    if peer.bfd is not None:
        yield _bfd(peer.bfd)


def _channel(peer: Peer, family: str, hop: str) -> str:
    own = f"next hop address {ipaddress.ip_address(hop)};" if hop else "next hop self;"
    table = f"table {family}_{name_of(peer.address)};"
    return f"{family} {{ {table} import none; export all; {own} }};"


def _route(route: Route) -> str:
    sets = []
    if route.local_pref is not None:
        sets.append(f"bgp_local_pref = {route.local_pref:d};")
    sets += [f"bgp_community.add(({_numbers(each, 2)}));" for each in route.communities]
    sets += [f"bgp_large_community.add(({_numbers(each, 3)}));" for each in route.large]
    told = f" {{ {' '.join(sets)} }}" if sets else ""
    return f"{ipaddress.ip_network(route.prefix)} blackhole{told};"


def _numbers(community: str, count: int) -> str:
    found = community.split(":")
    if len(found) != count or not all(each.isascii() and each.isdecimal() for each in found):
        raise ConfigError(f"{community!r} is no community")
    return ",".join(str(int(each)) for each in found)


def _remote(peer: Peer) -> str:
    return str(peer.remote) if peer.remote in ("internal", "external") else f"as {peer.remote:d}"


def _password(peer: Peer) -> str:
    """BIRD's texts have no escapes: what could end one has no place in it."""
    if len(peer.password.encode()) > LONGEST_PASSWORD:
        raise ConfigError(f"the password for {peer.address} is longer than 80 octets")
    if '"' in peer.password or not peer.password.isprintable():
        raise ConfigError(f"BIRD cannot have such characters in the password for {peer.address}")
    return peer.password


def _device(peer: Peer) -> str:
    if not _DEVICE.fullmatch(peer.device):
        raise ConfigError(f"no interface can have the name that is given for {peer.address}")
    return peer.device


def _bfd(bfd: Bfd) -> str:
    return (
        f"bfd {{ min rx interval {bfd.receive:d} ms; min tx interval {bfd.transmit:d} ms; "
        f"multiplier {bfd.multiplier:d}; passive {'on' if bfd.passive else 'off'}; }};"
    )
